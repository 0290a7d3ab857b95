"""Periods and sums for the answers: plain loops over dated facts, no SQL."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd

from demo import clock

ALL = "all"
GRAINS = ("week", "month", "quarter", "year")
MONTHLY = GRAINS[1:]
# answers are kept small: weeks for the figures people watch weekly, quarters for the dimensions with many members
WEEKLY = {
    "leads_new",
    "lead_cohort_conversion",
    "win_rate",
    "deals_active",
    "deals_won",
    "response_time_minutes",
    "cart_abandonment_rate",
    "revenue",
    "sales_count",
    "aov",
    "visits",
    "users_active",
    "page_views",
    "bounce_rate",
    "site_conversion_rate",
    "ad_spend",
    "cpc",
    "roi",
    "calls_count",
    "customers_active",
    "customer_engagement",
    "repeat_purchase_rate",
    "forecast_amount",
    "touchpoints_per_won_deal",
    "upsell_cross_sell_rate",
    "sprint_burn",
    "churn_rate",
    "nps",
    "new_customer_revenue_share",
}
SLICE_GRAIN = dict.fromkeys(
    (
        "manager",
        "team",
        "campaign",
        "product",
        "product_group",
        "page",
        "landing_page",
        "region",
        "call_hour",
        "call_weekday",
    ),
    "quarter",
) | {"cohort": "year"}

# the system whose ids are the keys of a dimension
HOMES = {
    "manager": "bitrix24",
    "product": "bitrix24",
    "pipeline": "bitrix24",
    "stage": "bitrix24",
    "sprint": "files",
    "email_campaign": "files",
}


def slice_grain(dimension: str) -> str:
    """The grain in which slices by a dimension are kept."""
    return SLICE_GRAIN.get(dimension, "month")


@cache
def period_start(day: dt.date, grain: str) -> dt.date:
    if grain == "week":
        return day - dt.timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return dt.date(day.year, 1, 1) if grain == "year" else day


def period_end(start: dt.date, grain: str) -> dt.date:
    """The first day after the period."""
    if grain == "day":
        return start + dt.timedelta(days=1)
    if grain == "week":
        return start + dt.timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    k = start.year * 12 + start.month - 1 + months
    return dt.date(k // 12, k % 12 + 1, 1)


def periods(grain: str) -> list[dt.date]:
    return list(dict.fromkeys(period_start(d, grain) for d in clock.DAYS))


class Sheet:
    """Answer rows of one family of KPIs."""

    def __init__(self) -> None:
        self.rows: list[tuple] = []

    def put(
        self, kpi: str, grain: str, start: dt.date, dimension: str, key, value, numerator=None, denominator=None
    ) -> None:
        if grain == "week" and kpi not in WEEKLY:
            return
        key = "(unknown)" if key is None else str(key)
        self.rows.append((kpi, grain, start.isoformat(), dimension, key, value, numerator, denominator))

    def sums(
        self,
        kpi: str,
        facts: Iterable[tuple[dt.date, dict, object]],
        dimensions: tuple = (),
        grains=GRAINS,
        daily: bool = False,
    ) -> None:
        """Sum of facts (day, {dimension: key}, value) by period; in all, and by month and dimension."""
        self.ratios(kpi, ((day, dims, value, None) for day, dims, value in facts), dimensions, grains, daily)

    def ratios(
        self,
        kpi: str,
        facts: Iterable[tuple[dt.date, dict, object, object]],
        dimensions: tuple = (),
        grains=GRAINS,
        daily: bool = False,
        told: bool = False,
    ) -> None:
        """Sum over sum of facts (day, {dimension: key}, numerator, denominator); without denominators a sum.

        With `told`, a cell of which nobody told a numerator (a cost that was never booked) has no answer.
        """
        top: dict[tuple, object] = defaultdict(int)
        bottom: dict[tuple, object] = defaultdict(int)
        plain = True
        kept = [(d, slice_grain(d)) for d in dimensions]
        wanted = grains + (("day",) if daily else ())
        of_day: dict[dt.date, list] = {}
        for day, dims, a, b in facts:
            if day not in of_day:
                of_day[day] = [(grain, period_start(day, grain), ALL, ALL) for grain in wanted]
            cells = of_day[day].copy()
            cells += [(g, period_start(day, g), d, dims[d]) for d, g in kept if d in dims]
            for cell in cells:
                top[cell] += a
                if b is not None:
                    plain = False
                    bottom[cell] += b
        for cell in sorted(top, key=lambda c: (c[2] != ALL, c[2], c[0], c[1], str(c[3]))):
            grain, start, dimension, key = cell
            if plain:
                self.put(kpi, grain, start, dimension, key, top[cell])
            elif bottom[cell] and (top[cell] or not told):
                self.put(
                    kpi,
                    grain,
                    start,
                    dimension,
                    key,
                    Decimal(top[cell]) / Decimal(bottom[cell]),
                    top[cell],
                    bottom[cell],
                )

    def columns(
        self,
        kpi: str,
        days: np.ndarray,
        dimensions: dict[str, np.ndarray],
        top: np.ndarray,
        bottom: np.ndarray | None = None,
        daily: bool = False,
    ) -> None:
        """As ratios(), of facts in long columns: `days` as datetime64[D]; a key of None belongs to no slice."""
        frame = pd.DataFrame({"top": top, "bottom": top if bottom is None else bottom})
        distinct, code = np.unique(days, return_inverse=True)
        dates = [d.astype(object) for d in distinct]

        def put(grain: str, dimension: str, sums: pd.DataFrame) -> None:
            for (start, key), a, b in zip(sums.index, sums["top"].tolist(), sums["bottom"].tolist(), strict=True):
                if bottom is None:
                    self.put(kpi, grain, start, dimension, key, a)
                elif b > 0:
                    self.put(kpi, grain, start, dimension, key, Decimal(a) / Decimal(b), a, b)

        for grain in GRAINS + (("day",) if daily else ()):
            starts = np.array([period_start(d, grain) for d in dates], dtype=object)[code]
            put(grain, ALL, frame.groupby([starts, np.full(len(frame), ALL)]).sum())
        for dimension, keys in dimensions.items():
            grain = slice_grain(dimension)
            starts = np.array([period_start(d, grain) for d in dates], dtype=object)[code]
            put(grain, dimension, frame.groupby([starts, keys]).sum())

    def text(self, member) -> str:
        """The sheet as CSV; member(dimension, key) is the key that the warehouse has."""
        lines = ["kpi_id,period_grain,period_start,dimension,dimension_key,value,numerator,denominator"]
        for *head, value, a, b in self.rows:
            head[4] = member(head[3], head[4])
            parts = [number(a), number(b)] if head[3] == ALL else ["", ""]  # slices give their value alone
            lines.append(",".join([*(_cell(v) for v in head), number(value), *parts]))
        return "\n".join(lines) + "\n"


def with_system(dimension: str, key: str) -> str:
    """A member's key as the warehouse has it: an id has its system in front, other words and `(unknown)` have not."""
    if dimension == "campaign" and key.startswith("email:"):
        return key.replace("email:", "email:files:", 1)
    if (dimension, key) == ("source_system", "vk"):
        return "files"  # the firm brings VK's cost by file
    if key.startswith("(") or (dimension == "stage" and ":" not in key):
        return key
    return f"{HOMES[dimension]}:{key}" if dimension in HOMES else key


def _cell(text: str) -> str:
    return f'"{text}"' if "," in text or '"' in text else text


def number(value) -> str:
    """Six places, three from a hundred on."""
    if value is None:
        return ""
    text = f"{Decimal(value):.{6 if abs(value) < 100 else 3}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
