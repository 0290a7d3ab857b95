"""Oddities of real systems, planted where their rows are known; no right answer changes unless the company itself is odd.

An oddity is a function of this package, named in planted.PLANTED and in one of the two lists below:

- IN_WORLD: (dice, world, report), before the answers are worked out: something that happened in the company;
- IN_ROWS: (dice, frames, company, report), after the layouts: how a system wrote it down.

Each has a random stream of its own, so that one can be left out and the rest stay as they are.  What it did it notes in
the report: which rows, and what is right.
"""

from __future__ import annotations

from demo import channels, clock, invoices, steps
from demo.defects import Frames, Report
from demo.oddities import ads, calls, keys, ledger, rows, world
from demo.oddities.rows import title_above_header
from demo.people import Dice
from demo.planted import planted
from demo.world import World

__all__ = ["in_rows", "in_world", "title_above_header"]

IN_WORLD = [
    world.calls_make_leads,
    calls.callers_come_back,
    world.part_payments,
    world.direct_without_utm,
    world.overpaid_orders,
    world.cut_orders,
    world.undated_wins,
    world.closes_told_as_days,
    world.entered_after_the_win,
    world.month_end_contracts,
    world.renewals_at_the_limit,  # of the contracts before
    keys.one_id_two_platforms,
    keys.mailing_with_an_ad_id,
    keys.category_in_two_channels,
    keys.visits_of_nobody,
    ledger.returns_as_orders,
    ledger.refunds_above_the_sale,
    ledger.numbers_used_anew,
    ledger.numbers_of_two_systems,
    steps.deals_to_act_on,
    steps.next_steps,
    invoices.invoices,
    ads.ads_told_apart,  # the last, for it goes by what has become of the campaigns
]
IN_ROWS = [
    rows.clicks_without_utm,  # the columns are there whether or not a campaign lost its marks
    rows.encoded_utm,
    rows.robots,
    rows.several_phones,
    rows.placeholder_contacts,
    rows.user_field_lists,
    rows.empty_dates_of_1c,
    rows.company_and_contact,
]
ALWAYS = {"clicks_without_utm", "robots"}  # these look at PLANTED themselves


def in_world(seed: int, company: World, report: Report) -> None:
    for plant in IN_WORLD:
        if planted(plant.__name__):
            plant(Dice(clock.stream(seed, plant.__name__)), company, report)
    back = [k for k, o in enumerate(company.web.recorded) if company.web.origins[o] is channels.BANK]
    if back:
        report.note(
            "bank_returns",
            "back from the bank's page between order and payment: no origin of its own, the visit before goes on",
            "yandex_metrica.visits",
            clock.wall(company.web.start[back]).tolist(),
        )


def in_rows(seed: int, frames: Frames, company: World, report: Report) -> None:
    for plant in IN_ROWS:
        if planted(plant.__name__) or plant.__name__ in ALWAYS:
            plant(Dice(clock.stream(seed, plant.__name__)), frames, company, report)
