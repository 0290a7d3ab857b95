"""The open pipeline as it was known on past days, and what was expected of it.

The CRM's raw rows tell a deal's card as it was every night from 2025 on only, so the answers begin there.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from demo import clock
from demo import company as co
from demo.crm import Deal
from demo.expected.facts import Facts
from demo.layouts.bitrix24 import nights
from demo.tally import GRAINS, MONTHLY, Sheet, period_end, periods, slice_grain

KNOWN_FROM = dt.date(2025, 1, 1)
LATE_STAGE = 2
JUDGED = (30, 14, 7, 1)  # days before the end of a period on which its forecast is judged
ONE_DAY = dt.timedelta(days=1)
CONTACT_GAP = 14  # days
ATTENTION = ("stale_deals_share", "no_next_step_share", "overdue_close_share", "close_pushes_per_deal")
CHANCE = {(s[1], s[2]): Decimal(s[6]) / 100 for s in co.STAGES if s[0] == "deal"}


@dataclass
class OpenDeal:
    """A deal open at the end of a day, with what its card said then; the amount in roubles at that day's rate."""

    deal: Deal
    stage: str
    amount: Decimal
    expected_close: dt.date
    manager: int

    @property
    def weighted(self) -> Decimal:
        return self.amount * CHANCE.get((self.deal.pipeline, self.stage), Decimal(0))

    @property
    def is_late(self) -> bool:
        path = co.OPEN_PATH[self.deal.pipeline]
        return self.stage in path and path.index(self.stage) + 1 >= LATE_STAGE

    def due_in(self, start: dt.date, end: dt.date) -> bool:
        return start <= self.expected_close < end


def pipeline_on(f: Facts, day: dt.date) -> Iterator[OpenDeal]:
    """Deals open at the end of a day."""
    end = clock.day_start(day + ONE_DAY)
    for x in f.deals:
        known = [h for h in x.history if h[0] < end]
        if known and co.SEMANTIC.get(("deal", known[-1][1]), "P") == "P":
            minor, expected = x.card_at(end - 1)
            amount = f.world.rates.to_base(minor, x.currency, day)
            yield OpenDeal(x, known[-1][1], amount, expected, x.manager_at(end - 1))


def won_by(f: Facts, day: dt.date) -> Iterator[tuple[dt.date, int, Decimal]]:
    """Deals that were won at the end of a day: the day of the win, the manager and the amount, as the card said then."""
    end = clock.day_start(day + ONE_DAY)
    for x in f.deals:
        known = [h for h in x.history if h[0] < end]
        if known and co.SEMANTIC.get(("deal", known[-1][1])) == "S":
            won_on = clock.day_of(known[-1][0])
            yield won_on, x.manager_at(end - 1), f.world.rates.to_base(x.card_at(end - 1)[0], x.currency, won_on)


def _cells(manager: int) -> tuple:
    return ("all", "all"), ("manager", manager), ("team", co.TEAM_OF[manager])


def _won(f: Facts, first: dt.date, last: dt.date) -> dict[int, Decimal]:
    """Amounts won by each manager on the days from first to last."""
    won: dict[int, Decimal] = defaultdict(Decimal)
    for s in f.sales:
        if s.kind == "deal" and first <= s.day <= last:
            won[s.record.manager] += s.amount
    return won


def _forecasts(f: Facts, grain: str, start: dt.date) -> dict[int, Decimal]:
    """What each manager was to win in a period by what was known when it began.

    His own forecast where he gave one for the period, and they are given for months; else his open deals due in it,
    each by the chance of its stage.  A quarter and a year are the sum of their months, once the last has begun.
    """
    if grain in ("quarter", "year"):
        summed: dict[int, Decimal] = defaultdict(Decimal)
        month = start
        while month < period_end(start, grain):
            if month > clock.LAST_DAY:
                return {}
            for manager, amount in _forecasts(f, "month", month).items():
                summed[manager] += amount
            month = period_end(month, "month")
        return summed
    end, expected = period_end(start, grain), defaultdict(Decimal)
    for x in pipeline_on(f, start - ONE_DAY):
        if x.due_in(start, end):
            expected[x.manager] += x.weighted
    if grain == "month":
        for r in f.world.files["forecasts"]:
            if r["period_start"] == start and r["as_of"] <= start:
                expected[r["employee_id"]] = Decimal(r["amount_minor"]) / 100
    return expected


def _known_periods(grain: str) -> list[dt.date]:
    return [start for start in periods(grain) if start >= KNOWN_FROM]


def forecast(f: Facts, sheet: Sheet) -> None:
    for grain in GRAINS:
        for start in _known_periods(grain):
            expected = _forecasts(f, grain, start)
            if not expected:
                continue
            won = _won(f, start, min(period_end(start, grain) - ONE_DAY, clock.LAST_DAY))
            plan, fact = defaultdict(Decimal), defaultdict(Decimal)
            for manager in sorted(expected.keys() | won.keys()):
                for cell in _cells(manager):
                    plan[cell] += expected.get(manager, 0)
                    fact[cell] += won.get(manager, 0)
            for cell in plan:
                if cell[0] != "all" and grain not in ("month", "quarter"):
                    continue
                sheet.put("forecast_amount", grain, start, *cell, plan[cell])
                sheet.put("forecast_variance", grain, start, *cell, fact[cell] - plan[cell])
                if fact[cell]:
                    missed = abs(fact[cell] - plan[cell])
                    sheet.put("forecast_accuracy", grain, start, *cell, 1 - missed / fact[cell])


def forecast_error(f: Facts, sheet: Sheet) -> None:
    """How far the forecasts of finished months and quarters were off on some days before their end.

    The forecast of a day is what had been won of the period by then and the weighted deals that were due in it; a deal
    that is overdue counts by the part of the period's days that is left.
    """
    for grain in ("month", "quarter"):
        for start in _known_periods(grain):
            end = period_end(start, grain)
            if end > clock.LAST_DAY + ONE_DAY:
                continue
            missed, judged = defaultdict(Decimal), defaultdict(Decimal)
            for before in JUDGED:
                day = end - ONE_DAY - before * ONE_DAY
                off: dict[tuple, Decimal] = defaultdict(Decimal)
                for won_on, manager, amount in won_by(f, day):
                    for cell in _cells(manager):
                        off[cell] += amount if start <= won_on else 0
                left = Decimal(before) / (end - start).days
                for x in pipeline_on(f, day):
                    for cell in _cells(x.manager):
                        off[cell] += x.weighted * (1 if x.expected_close > day else left) if x.due_in(start, end) else 0
                for manager, amount in _won(f, start, end - ONE_DAY).items():
                    for cell in _cells(manager):
                        off[cell] -= amount
                        judged[cell] += amount
                        if cell[0] == "all":
                            judged["days_before_end", before] += amount
                for cell, amount in off.items():
                    missed[cell] += abs(amount)
                    if cell[0] == "all":
                        missed["days_before_end", before] += abs(amount)
            for cell in sorted(missed, key=str):
                if judged[cell]:
                    sheet.put(
                        "forecast_error", grain, start, *cell, missed[cell] / judged[cell], missed[cell], judged[cell]
                    )


def worth(f: Facts, sheet: Sheet) -> None:
    """What the open pipeline was worth at the end of each period, as it was known then."""
    for grain in MONTHLY:
        for start in _known_periods(grain):
            amount, weighted = defaultdict(Decimal), defaultdict(Decimal)
            for x in pipeline_on(f, min(period_end(start, grain) - ONE_DAY, clock.LAST_DAY)):
                stage = f"{x.deal.pipeline}:{x.stage}" if x.stage else "(unknown)"
                for cell in (*_cells(x.manager), ("pipeline", x.deal.pipeline), ("stage", stage)):
                    if cell[0] == "all" or slice_grain(cell[0]) == grain:
                        amount[cell] += x.amount
                        weighted[cell] += x.weighted
            for cell in sorted(amount, key=str):
                sheet.put("pipeline_amount", grain, start, *cell, amount[cell])
                sheet.put("weighted_pipeline_amount", grain, start, *cell, weighted[cell])


def coverage(f: Facts, sheet: Sheet) -> None:
    """A finished period as of the day before it began, a running one as of the last full day; weeks have no plan of their own."""
    for grain in MONTHLY:
        for start in _known_periods(grain):
            end = period_end(start, grain)
            seen = start - ONE_DAY if end <= clock.LAST_DAY + ONE_DAY else clock.LAST_DAY
            due, late, lacking, hoped = (defaultdict(Decimal) for _ in range(4))
            for x in pipeline_on(f, seen):
                for cell in _cells(x.manager):
                    due[cell] += x.amount if x.due_in(start, end) else 0
                    late[cell] += x.amount if x.is_late else 0
            for r in f.world.files["targets"]:
                is_of_it = r["kpi_id"] == "quota_attainment" and start <= r["period_start"] < end
                if is_of_it and f.is_planned_whole(start, grain):
                    for cell in _cells(r["employee_id"]):
                        lacking[cell] += r["value"]
            expected = _forecasts(f, grain, start)
            for manager, amount in expected.items():
                for cell in _cells(manager):
                    hoped[cell] += amount
            for manager, amount in _won(f, start, seen).items():
                for cell in _cells(manager):
                    lacking[cell] -= amount
                    hoped[cell] -= amount if expected else 0
            for kpi, top, bottom in (("pipeline_coverage", due, lacking), ("late_stage_coverage", late, hoped)):
                for cell in sorted(bottom, key=str):
                    if bottom[cell] > 0:
                        sheet.put(kpi, grain, start, *cell, top[cell] / bottom[cell], top[cell], bottom[cell])


def _contacts(f: Facts) -> dict[int, list[dt.date]]:
    """Days on which each deal was spoken of with its customer, by either side."""
    found = defaultdict(list)
    for a in f.world.crm.activities:
        if (
            a.deal
            and a.kind in ("call", "email", "message", "meeting")
            and (a.answered if a.kind == "call" else a.done)
        ):
            found[a.deal.deal_id].append(clock.day_of(a.started))
    return {k: sorted(v) for k, v in found.items()}


def _steps(f: Facts) -> dict[int, list[tuple[dt.date, dt.date]]]:
    """Spans of days at whose ends a meeting or a task of each deal was planned and not done: from a day up to, but without, another."""
    found = defaultdict(list)
    for a in f.world.crm.activities:
        if a.deal and a.kind in ("meeting", "task"):
            found[a.deal.deal_id].append((a.created, a.ended if a.done else None))
    for step in f.world.steps:
        found[step.deal.deal_id].append((step.created, step.done_at))
    day, never = clock.day_of, dt.date.max
    return {k: [(day(t), day(done) if done else never) for t, done in v] for k, v in found.items()}


def _pushes(x: Deal, day: dt.date) -> int:
    """How often the close had been moved to a later day by the versions that the loader took, up to a day's."""
    told = []
    taken = nights(x.changes, x.deal_id % 10 == 0 or x.deleted_at is not None)
    for t in [t for _, t in taken] + x.written_apart:
        if clock.day_of(t) <= day:
            stage = [s for at, s in x.history if at <= t][-1]
            told.append(x.card_at(t)[1] if co.SEMANTIC.get(("deal", stage), "P") == "P" else None)
    return sum(1 for a, b in pairwise(told) if a and b and b > a)


def attention(f: Facts, sheet: Sheet, last_day: dt.date = clock.LAST_DAY) -> None:
    """What the deals open on the last known day of each period lacked, by what was known on that day.

    Contacts tell their own day; steps, closes and managers of then only versions do, so their answers begin where those
    are whole.  The close of the day itself has passed at its end.
    """
    contacts, steps = _contacts(f), _steps(f)
    for grain in MONTHLY:
        for start in periods(grain):
            day = min(period_end(start, grain) - ONE_DAY, last_day)
            if start > last_day:
                break
            lacks = defaultdict(lambda: [0, 0, 0, 0, 0])
            for x in pipeline_on(f, day):
                deal = x.deal
                spoken = [d for d in contacts.get(deal.deal_id, ()) if d <= day] or [clock.day_of(deal.created)]
                found = (
                    1,
                    (day - spoken[-1]).days >= CONTACT_GAP,
                    not any(a <= day < b for a, b in steps.get(deal.deal_id, ())),
                    x.expected_close <= day,
                    _pushes(deal, day),
                )
                cells = [*_cells(x.manager), ("pipeline", deal.pipeline), ("channel", f.deal_dims(deal)["channel"])]
                for cell in cells:
                    if cell[0] == "all" or slice_grain(cell[0]) == grain:
                        lacks[cell] = [a + b for a, b in zip(lacks[cell], found, strict=True)]
            for cell, (deals, *counts) in sorted(lacks.items(), key=str):
                for kpi, n in zip(ATTENTION, counts, strict=True):
                    if start >= KNOWN_FROM or (kpi == "stale_deals_share" and cell[0] not in ("manager", "team")):
                        sheet.put(kpi, grain, start, *cell, Decimal(n) / deals, n, deals)
