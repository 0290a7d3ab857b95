"""What managers plan to do next with a deal, and deals that somebody has to act on: apart from the simulation, so that it stays as it is."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING

from demo import clock
from demo import company as co
from demo.crm import DAY, HOUR, MINUTE, Deal, Step
from demo.people import Dice

if TYPE_CHECKING:
    from demo.defects import Report
    from demo.world import World

PLANNED_FROM = clock.instant("2026-01-01")  # managers were told to plan then
FIRST_ID = 600_001


def next_steps(dice: Dice, world: World, report: Report) -> None:
    """Tasks with a deadline, planned when a deal came to a stage; most are done in time, some late, some never."""
    for deal in world.crm.deals:
        if deal.order or deal.told != "history":
            continue
        moves = [*deal.history, (clock.END, "")]
        for (t, stage), (left, _) in pairwise(moves):
            if t < PLANNED_FROM or co.SEMANTIC.get(("deal", stage), "P") != "P" or not dice.chance(0.7):
                continue
            created = t + dice.between(3, 40) * MINUTE
            deadline = clock.next_working(created + dice.between(1, 9) * DAY, dice.u())
            done = clock.next_working(deadline + dice.between(-20, 30) * HOUR, dice.u())
            if done >= left and left < clock.END:
                done = left + MINUTE if dice.chance(0.9) else clock.END
            if created < min(left, clock.END) and not dice.chance(0.05):
                gone = created < done < clock.END
                world.steps.append(Step(0, deal, deal.manager_at(created), created, deadline, done if gone else None))
    world.steps.sort(key=lambda x: (x.created, x.deal.deal_id))
    for k, step in enumerate(world.steps):
        step.activity_id = FIRST_ID + k
    report.note(
        "next_steps",
        "tasks with a deadline that managers planned for a deal, from 2026 on",
        "bitrix24.crm_activity",
        [x.activity_id for x in world.steps],
    )


def deals_to_act_on(dice: Dice, world: World, report: Report) -> None:
    """Of deals that nobody has touched for a month: one put off three times, one handed over; one overdue and one long in its stage as they are."""

    def usual(deal: Deal) -> bool:
        return deal.status == "open" and not deal.order and deal.told == "history" and deal.currency == "RUB"

    quiet = [x for x in world.crm.deals if usual(x) and clock.END - 400 * DAY < x.changes[-1] < clock.END - 35 * DAY]
    planted = {
        "close_put_off_three_times": ("its expected close was pushed on three times in June 2026", _put_off),
        "deal_handed_over": ("a colleague took it over in June 2026 without anything else", _hand_over),
        "close_long_overdue": ("expected to close on 29 May 2026, and left so", _leave_overdue),
        "long_in_its_stage": ("untouched for more than a month", None),
    }
    for deal, (name, (what, plant)) in zip(quiet, planted.items(), strict=False):
        if plant:
            plant(dice, deal)
        report.note(name, what, "bitrix24.crm_deal", [deal.deal_id])


def _put_off(dice: Dice, deal: Deal) -> None:
    for days in (28, 18, 8):
        at = clock.END - days * DAY + 11 * HOUR
        deal.rewritten.append((at, deal.amount, deal.expected_close))
        later = max(deal.expected_close, clock.day_of(at))
        deal.expected_close = later + dt.timedelta(days=dice.between(7, 12))
        deal.written_apart.append(at)


def _hand_over(dice: Dice, deal: Deal) -> None:
    at = clock.END - 13 * DAY + 12 * HOUR
    team = [
        m for m in co.MANAGERS if co.TEAM_OF[m] == co.TEAM_OF[deal.manager] and m != deal.manager and not co.LEFT[m]
    ]
    deal.handed_over.append((at, deal.manager))
    deal.manager = dice.pick(team)
    deal.written_apart.append(at)


def _leave_overdue(dice: Dice, deal: Deal) -> None:
    at = clock.END - 34 * DAY + 10 * HOUR
    deal.rewritten.append((at, deal.amount, deal.expected_close))
    deal.expected_close = dt.date(2026, 5, 29)
    deal.written_apart.append(at)
