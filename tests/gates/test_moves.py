"""Ratios of the gates, worked by hand."""

import math

import duckdb
import pytest

from flows.gates.moves import moved
from flows.gates.settings import Limits, read
from flows.gates.values import beyond

LIMITS = Limits(3.0, 1.5, parameters={"widest": 2.0})


def move(figure, before, step=0):
    """What the query tells of one figure: the ratio within the limits, what it moves by itself, whether it is restless."""
    given = "select 'visits' as subject, cast($1 as double) as figure, cast($2 as double[]) as before"
    query = f"select value, own, is_restless from ({moved(given, LIMITS, str(step))})"
    return duckdb.execute(query, [figure, before]).fetchone()


def test_a_ratio_is_the_larger_by_the_smaller():
    assert move(300, [100] * 5)[0] == 3
    assert move(50, [100] * 5)[0] == 2
    assert move(0, [100] * 5)[0] == 1000
    assert move(-20, [100] * 5)[0] == 1000
    assert move(-200, [-100] * 5)[0] == 2
    assert move(0, [0] * 5)[0] == 1
    assert move(math.inf, [100] * 5)[0] == 1000


def test_its_own_spread_widens_the_limits():
    """Half of these days lie a tenth beside a hundred: 1.4826 · ln 1.1 is the spread, twice that is a ratio of 1.33."""
    value, own, is_restless = move(400, [100 / 1.1, 100 / 1.1, 100, 110, 110])
    assert own == pytest.approx(1.1 ** (2 * 1.4826)) == pytest.approx(1.3266, abs=1e-4)
    assert value == pytest.approx(4 / 1.3266, abs=1e-3)
    assert not is_restless


def test_they_widen_up_to_a_cap():
    """A figure that moves ×7.8 by itself warns beyond ×3, and stops beyond three times 7.8 only."""
    days = [50, 50, 100, 200, 200]
    value, own, is_restless = move(800, days)
    assert own == pytest.approx(2 ** (2 * 1.4826)) == pytest.approx(7.81, abs=0.01)
    assert value == 4
    assert is_restless and not move(2400, days)[2]


def test_whole_numbers_that_differ_by_one_have_not_moved():
    assert move(2, [1] * 5, step=1)[0] == 1
    assert move(200, [100] * 5, step=1)[0] == pytest.approx(199.5 / 100.5)


def test_a_share_is_held_against_what_moves_by_itself():
    """Usually 10 %, half of the loads lie 2 % beside it: 10 + 2 · 1.4826 · 2 are 15.9 %."""
    before = [0.08, 0.08, 0.10, 0.12, 0.12]
    assert beyond(0.40, before) == pytest.approx(0.40 - 0.10 - 2 * 1.4826 * 0.02)
    assert beyond(0.15, before) == 0


@pytest.mark.parametrize(("gate", "check"), [("raw", "low_volume"), ("marts", "day_jump"), ("marts", "week_jump")])
def test_limits_are_ratios_that_a_person_can_read(gate, check):
    limits = read(gate)[check]
    assert (limits.warning, limits.critical, limits["widest"]) == (1.5, 3, 2)
