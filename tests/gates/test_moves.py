"""Ratios of the gates, worked by hand."""

import math

import pytest

from flows.gates.moves import Move
from flows.gates.settings import Limits, read
from flows.gates.values import beyond

LIMITS = Limits(3.0, 1.5, parameters={"widest": 2.0})


def test_a_ratio_is_the_larger_by_the_smaller():
    assert Move.of(300, [100] * 5).within(LIMITS) == 3
    assert Move.of(50, [100] * 5).within(LIMITS) == 2
    assert Move.of(0, [100] * 5).within(LIMITS) == 1000
    assert Move.of(-20, [100] * 5).within(LIMITS) == 1000
    assert Move.of(-200, [-100] * 5).within(LIMITS) == 2
    assert Move.of(0, [0] * 5).within(LIMITS) == 1
    assert Move.of(math.inf, [100] * 5).within(LIMITS) == 1000


def test_its_own_spread_widens_the_limits():
    """Half of these days lie a tenth beside a hundred: 1.4826 · ln 1.1 is the spread, twice that is a ratio of 1.33."""
    move = Move.of(400, [100 / 1.1, 100 / 1.1, 100, 110, 110])
    assert move.own == pytest.approx(1.1 ** (2 * 1.4826)) == pytest.approx(1.3266, abs=1e-4)
    assert move.within(LIMITS) == pytest.approx(4 / 1.3266, abs=1e-3)
    assert not move.is_restless(LIMITS, "")


def test_they_widen_up_to_a_cap():
    """A figure that moves ×7.8 by itself warns beyond ×3, and stops beyond three times 7.8 only."""
    days = [50, 50, 100, 200, 200]
    assert Move.of(800, days).own == pytest.approx(2 ** (2 * 1.4826)) == pytest.approx(7.81, abs=0.01)
    assert Move.of(800, days).within(LIMITS) == 4
    assert Move.of(800, days).is_restless(LIMITS, "") and not Move.of(2400, days).is_restless(LIMITS, "")


def test_whole_numbers_that_differ_by_one_have_not_moved():
    assert Move.of(2, [1] * 5, step=1).within(LIMITS) == 1
    assert Move.of(200, [100] * 5, step=1).within(LIMITS) == pytest.approx(199.5 / 100.5)


def test_a_share_is_held_against_what_moves_by_itself():
    """Usually 10 %, half of the loads lie 2 % beside it: 10 + 2 · 1.4826 · 2 are 15.9 %."""
    before = [0.08, 0.08, 0.10, 0.12, 0.12]
    assert beyond(0.40, before) == pytest.approx(0.40 - 0.10 - 2 * 1.4826 * 0.02)
    assert beyond(0.15, before) == 0


@pytest.mark.parametrize(("gate", "check"), [("raw", "low_volume"), ("marts", "day_jump"), ("marts", "week_jump")])
def test_limits_are_ratios_that_a_person_can_read(gate, check):
    limits = read(gate)[check]
    assert (limits.warning, limits.critical, limits["widest"]) == (1.5, 3, 2)
