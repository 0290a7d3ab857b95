"""What cohorts cost and brought, and where customers stand at each month's end: the answers of cohort_payback, cohort_money and customer_months."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter, defaultdict
from decimal import Decimal

from demo import clock
from demo.expected.facts import Facts
from demo.tally import period_end, periods

DAYS_SINCE = (30, 60, 90, 180, 365)
ACTIVE, LOST, RECENT = 180, 365, 365  # days without a purchase; days whose purchases give the classes
CLASSES = 5


def as_csv(header: tuple[str, ...], rows: list[tuple]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


class CohortSheet:
    """A month, in all and by channel of acquisition: to date, and after so many days where each of its customers has had them."""

    HEADER = (
        "dimension", "dimension_key", "cohort_month", "days_since", "customers", "acquisition_cost", "revenue", "gross_profit", "payback_month",
    )  # fmt: skip

    def __init__(self, f: Facts):
        self.cost: dict[tuple[str, str, dt.date], Decimal] = defaultdict(Decimal)
        for day, dims, cost, new in f.acquisition:
            for key in () if new else self._cohorts(dims.get("channel", "(unallocated)"), day):
                self.cost[key] += cost
        self.people: dict[tuple[str, str, dt.date], list[int]] = defaultdict(list)
        for party, first in f.first_sale.items():
            for key in self._cohorts(f.came_by[party], first.day):
                self.people[key].append(party)
        self.first = {party: sale.day for party, sale in f.first_sale.items()}
        self.lines: dict[int, list[tuple[dt.date, Decimal, Decimal | None]]] = defaultdict(list)
        for day, sale, _, _, amount, margin in f.margins:
            if sale and sale.party:
                self.lines[sale.party.party_id].append((day, amount, margin))

    @staticmethod
    def _cohorts(channel: str, day: dt.date) -> list[tuple[str, str, dt.date]]:
        return [("all", "all", day.replace(day=1)), ("channel", channel, day.replace(day=1))]

    def _brought(self, parties: list[int], within: int | None = None) -> tuple[str, str]:
        """Revenue and margin of some customers, within so many days of their first purchase; no margin where no cost is known."""
        lines = [
            line
            for party in parties
            for line in self.lines[party]
            if within is None or line[0] <= self.first[party] + dt.timedelta(days=within)
        ]
        margins = [margin for _, _, margin in lines if margin is not None]
        return f"{sum(v for _, v, _ in lines):.2f}", f"{sum(margins):.2f}" if margins or not parties else ""

    def _payback(self, month: dt.date, parties: list[int], cost: Decimal) -> int | str:
        """Months after which the margin first covers the cost, in months that are over."""
        margins = [(day, v) for party in parties for day, _, v in self.lines[party] if v is not None]
        since, end = 0, period_end(month, "month")
        while margins and end <= clock.LAST_DAY + dt.timedelta(days=1):
            so_far = [v for day, v in margins if day < end]
            if so_far and sum(so_far) >= cost:
                return since
            since, end = since + 1, period_end(end, "month")
        return ""

    def text(self) -> str:
        rows: list[tuple] = []
        for key in sorted(self.people.keys() | self.cost.keys()):
            parties, cost = self.people.get(key, []), self.cost.get(key)
            paid_back = "" if cost is None else self._payback(key[2], parties, cost)
            told = "" if cost is None else f"{cost:.2f}"
            rows.append((*key, "", len(parties), told, *self._brought(parties), paid_back))
            for days in DAYS_SINCE if parties else ():
                if max(self.first[party] for party in parties) + dt.timedelta(days=days) <= clock.LAST_DAY:
                    rows.append((*key, days, len(parties), "", *self._brought(parties, days), paid_back))
        return as_csv(self.HEADER, rows)


class StandingSheet:
    """Customers by their classes of recency, frequency and money, life stage, and stage of the month before."""

    HEADER = (
        "month_start", "recency_class", "frequency_class", "money_class", "life_stage", "life_stage_before", "customers", "sales", "revenue",
    )  # fmt: skip

    def __init__(self, f: Facts):
        self.sold: dict[int, list[dt.date]] = defaultdict(list)
        self.money: dict[int, list[tuple[dt.date, Decimal]]] = defaultdict(list)
        for s in f.sales:
            if s.party:
                self.sold[s.party.party_id].append(s.day)
                self.money[s.party.party_id].append((s.day, s.amount))
        for r in f.refunds:
            if r.sale and r.sale.party:
                self.money[r.sale.party.party_id].append((r.day, -r.amount))

    @staticmethod
    def _stage(days: list[dt.date], last: dt.date) -> str:
        """By the days on which somebody has bought until the last one, in order."""
        idle = (last - days[-1]).days
        if idle >= LOST:
            return "lost"
        if idle >= ACTIVE:
            return "sleeping"
        if len(days) == 1:
            return "new"
        return "returned" if (days[-1] - days[-2]).days >= ACTIVE else "regular"

    @staticmethod
    def _classes(values: dict[int, object]) -> dict[int, int]:
        """The fifth of each, from the least: as many as are less than it tell it, so equal ones are in one."""
        less, seen = {}, 0
        for value, count in sorted(Counter(values.values()).items()):
            less[value], seen = seen, seen + count
        return {party: 1 + less[value] * CLASSES // len(values) for party, value in values.items()}

    def text(self) -> str:
        rows: list[tuple] = []
        before: dict[int, str] = {}
        for month in periods("month"):
            last = period_end(month, "month") - dt.timedelta(days=1)
            since = last - dt.timedelta(days=RECENT)
            sales = {p: [d for d in days if d <= last] for p, days in self.sold.items() if days[0] <= last}
            stage = {p: self._stage(sorted(set(days)), last) for p, days in sales.items()}
            recent = {p: sum(d > since for d in days) for p, days in sales.items()}
            money = {p: sum((v for d, v in self.money[p] if since < d <= last), Decimal(0)) for p in sales}
            buyers = [p for p in sales if recent[p]]
            told = [
                self._classes({p: by[p] for p in buyers})
                for by in ({p: days[-1] for p, days in sales.items()}, recent, money)
            ]
            cells: dict[tuple, list] = defaultdict(lambda: [0, 0, Decimal(0)])
            for p in sales:
                cell = cells[(*(classes.get(p, 0) for classes in told), stage[p], before.get(p, ""))]
                cell[0] += 1
                cell[1] += recent[p]
                cell[2] += money[p]
            rows += [(month, *key, n, count, f"{amount:.2f}") for key, (n, count, amount) in sorted(cells.items())]
            before = stage
        return as_csv(self.HEADER, rows)
