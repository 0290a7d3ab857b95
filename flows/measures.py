"""Which records make a measure, and what each of them adds to it: the one reading of seed_measures.

Nothing is listed here by hand.  seed_measures says in which column of which mart a measure stands and how it is counted, the YAML of
the marts what tells their rows apart, and which facts know the address of a record.  `kpi records`, marts.kpi_contributors, the
records of kpi_restatements and the test that records make their figures all ask here.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cache

from flows.base.project import models, seed, variables

# The periods that days are counted in; a year before, each has the days of the period that it is compared with.
PERIODS = "{marts}.periods"
YEAR_BEFORE = """(
    select periods.period_grain, periods.period_start, earlier.period_start as counted_from, earlier.last_known_day as counted_to
    from {marts}.periods as periods inner join {marts}.periods as earlier
        on periods.compared_grain = earlier.period_grain and periods.year_ago_start = earlier.period_start
)"""

# Which days count.
IN_PERIOD = "{day} between periods.period_start and periods.period_end"
TO_END = "{day} <= periods.last_known_day"
TO_START = "{day} < periods.period_start"
LAST_DAY = "{day} = periods.last_known_day"
OF_PERIOD = "mart.period_grain = periods.period_grain and mart.period_start = periods.period_start"  # of marts with a row for each
A_YEAR_BEFORE = "{day} between periods.counted_from and periods.counted_to"
TO_BE_HAD = "coalesce(mart.available_from <= periods.last_known_day, true) and coalesce(mart.available_to >= periods.period_start, true)"

DAYS = "(1 + date_diff('day', {since}, periods.last_known_day))"
SALE = "mart.event = 'sale'"
SUM, DIFFERENT = "sum({})", "count(distinct {})"
# How a measure is counted, in the words of seed_measures: which days count, what a row adds, and what makes one number of the rows.
COUNTED = {
    "sum": (OF_PERIOD, "{column}", SUM),
    "sum over the period": (IN_PERIOD, "{column}", SUM),
    "sum over the days of the period": (
        TO_END,
        "{column} * " + DAYS.format(since="greatest({day}, periods.period_start)"),
        "round(sum({}), 2)",
    ),
    "sum up to the end of the period": (TO_END, "{column}", SUM),
    "sum up to the start of the period": (TO_START, "{column}", SUM),
    "sum on the last day of the period": (LAST_DAY, "case when mart.is_day_told then {column} end", SUM),
    "sum over the deals of the last day": (LAST_DAY, "{column}", SUM),
    "sum over the same period, or its same days, a year before": (A_YEAR_BEFORE, "{column}", SUM),
    "number of different values in the same period, or its same days, a year before": (
        A_YEAR_BEFORE,
        "{column}",
        DIFFERENT,
    ),
    "deals of the last day for which it is true": (LAST_DAY, "cast({column} as integer)", SUM),
    "deals of the last day for which it is known": (LAST_DAY, "cast({column} is not null as integer)", SUM),
    "number of rows of the period": (OF_PERIOD, "1", SUM),
    "number of rows of the period where it is known": (OF_PERIOD, "cast({column} is not null as integer)", SUM),
    "number of rows of the period where it is 1 or more": (OF_PERIOD, "cast({column} >= 1 as integer)", SUM),
    "number of rows of the period where it is high": (OF_PERIOD, "cast({column} = 'high' as integer)", SUM),
    "number of rows that were to be had in the period": (TO_BE_HAD, "1", SUM),
    "number of different values in the period": (IN_PERIOD, "{column}", DIFFERENT),
    "number of different values in the period, of those that were to be had": (
        IN_PERIOD,
        f"case when mart.is_known and {TO_BE_HAD} then {{column}} end",
        DIFFERENT,
    ),
    "number of different pairs of manager and tool in the period": (
        IN_PERIOD,
        "concat(mart.manager, ' ', {column})",
        DIFFERENT,
    ),
    "number of different values in the period of sales": (
        IN_PERIOD,
        f"case when {SALE} then {{column}} end",
        DIFFERENT,
    ),
    "number of different values in the period of sales, where the second sale came by its end": (
        IN_PERIOD,
        f"case when {SALE} and mart.customer_second_sale_on <= periods.period_end then {{column}} end",
        DIFFERENT,
    ),
    "number of different values in the period where customer_sale_no is 1": (
        IN_PERIOD,
        f"case when {SALE} and mart.customer_sale_no = 1 then {{column}} end",
        DIFFERENT,
    ),
    "sum over the period, of customers whose first sale it has": (
        IN_PERIOD,
        "case when mart.customer_first_sale_on between periods.period_start and periods.period_end then {column} end",
        SUM,
    ),
    "median of the period": (IN_PERIOD, "{column}", "quantile_cont({}, 0.5)"),
    "90th percentile of the period": (IN_PERIOD, "{column}", "quantile_cont({}, 0.9)"),
}
# Of some rows of the mart alone; the word is a variable of dbt_project.yml or stands for itself.  "but by it": sliced by that column, all count.
WHERE = re.compile(r"(?P<counted>.+), where (?P<column>\w+) is (?P<word>\w+)(?P<but>, but by it)?")
# A column's different values less those of another one of the same rows.
LESS = re.compile(r"(?P<counted>.+), less those of (?P<column>\w+)")
# Made of other measures: a and b less c, half of them, times the days or months of the period; or one of them, where another is known.
MADE = re.compile(
    r"(?P<half>half of )?(?P<of>\w+( (and|less) \w+)*)(, times the (?P<times>days|months) of the period)?"
)
KNOWN = re.compile(r"(?P<of>\w+), where \w+ is known")
# What is counted in no way of these has no records, and why.
UNTOLD = {
    "as it stands": "its mart has one figure for a period and member, which is worked out from plans, forecasts and open deals, and is no record's",
    "less won_amount, where it is more": "a plan and a forecast are no records",
    "less the distance of forecast_variance from nought": "a forecast is no record",
    "sum, on the days of var forecast_error_days": "a forecast is no record",
    "its distance from nought, on the days of var forecast_error_days": "a forecast is no record",
    "sum over the whole period": "a plan is no record",
    "sum up to the end of the period, at the margin of gross_profit_to_date over costed_revenue_to_date":
        "it is the product of two sums, and no record adds to it alone",
    "sum over the period (of attributed_revenue, where no cost is known), less marketing_cost":
        "which money counts depends on what is known of the whole slice, and no record adds to it alone",
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """The rows of a mart that count in a period, and the number that they make.

    Attributes:
        measure: its name.
        mart: whose rows they are.
        periods: the periods, as a relation.
        days: which of the mart's days count in a period, as SQL.
        total: the number of a set of rows, as SQL.
        adds: what a row adds, as SQL; of a number of different values, the value.
        column: the mart's column.
        is_distinct: whether each value counts once.
        key: the columns that tell the rows apart.
        columns: all that the mart describes.
        day: the day that a row counts on.
        where: a condition on the rows, or nothing.
        but: the dimension by which the condition does not hold.
        times: by what the number counts in the measure, as SQL over `periods`.
    """

    measure: str
    mart: str
    periods: str
    days: str
    total: str
    adds: str
    column: str
    is_distinct: bool
    key: tuple[str, ...]
    columns: tuple[str, ...]
    day: str
    where: str
    but: str | None
    times: str = "1"

    def tells(self, dimension: str) -> bool:
        """Whether the rows know their member of a dimension."""
        return dimension == "all" or dimension in self.columns or self._is_sliced

    @property
    def _is_sliced(self) -> bool:
        """Whether the mart has rows of its own for each dimension."""
        return {"dimension", "dimension_key"} <= set(self.columns)

    @property
    def is_percentile(self) -> bool:
        """Whether the number lies among what the rows add."""
        return "quantile" in self.total

    def source(self, marts: str = "marts", mart: str | None = None) -> str:
        """The mart beside the periods, for `from`, in a schema; or other rows of the mart's columns."""
        return f"{mart or f'{marts}.{self.mart}'} as mart inner join {self.periods.format(marts=marts)} as periods on {self.days}"

    def condition(self, dimension: str) -> str:
        """Which of these rows count, whole or in a slice."""
        sliced = f" and mart.dimension = '{dimension}'" if self._is_sliced else ""
        return (self.where if self.where and dimension != self.but else "true") + sliced

    def member(self, dimension: str) -> str:
        """The member that a row belongs to."""
        if dimension == "all":
            return "'all'"
        if self._is_sliced:
            return "mart.dimension_key"
        return f"coalesce(cast(mart.{dimension} as varchar), '{variables()['unknown_member']}')"

    @property
    def needed(self) -> set[str]:
        """The columns of the mart that the rows, their record and their day are told by."""
        address = _address(self)
        told = " ".join(
            (self.days, self.adds, self.day, self.where, self.record, f"mart.{address[0]}" if address else "")
        )
        return set(re.findall(r"\bmart\.(\w+)", told))

    @property
    def identity(self) -> str:
        """What a row's record is told by, whatever the period."""
        return f"cast({self.column} as varchar)" if self.is_distinct and "periods." in self.adds else self.record

    def is_told_by(self, tables: Collection[str]) -> bool:
        """Whether tables are all that its records are asked of."""
        found = _address(self)
        return {self.mart, "periods", *(found[1:2] if found else ())} <= set(tables)

    @property
    def record(self) -> str:
        """The record that a row is of: the id in its mart's key, or whose address is known, else the whole key."""
        if self.is_distinct:
            return f"cast({self.adds} as varchar)"
        key = [
            one
            for one in self.key
            if one not in ("event_date", "period_grain", "period_start", "dimension", "dimension_key")
        ]
        ids = [one for one in key if one.endswith(("_id", "_key"))]
        address = _address(self)
        names = ids if len(ids) == 1 else [address[0]] if address and not ids else key
        return (
            f"concat_ws(' ', {', '.join(f'cast(mart.{one} as varchar)' for one in names)})"
            if names
            else f"cast({self.day} as varchar)"
        )

    def records(self, place: str, dimension: str, marts: str = "marts", mart: str | None = None, also: str = "") -> str:
        """The records of a place (a condition on `periods` and the member), a row each: day, record, record_url, adds.

        Args:
            also: columns that the rows are told by too, as SQL with a comma behind each.
        """
        found = _address(self)
        join = f"left join {marts}.{found[1]} as told on mart.{found[0]} = told.{found[2]}" if found else ""
        url = "told.record_url" if found else "cast(null as varchar)"
        rows = f"from {self.source(marts, mart)} {join} where {self.condition(dimension)} and {place}"
        adds = self.adds if self.times == "1" else f"{self.adds} * {self.times}"
        if self.is_percentile:
            told = f"{self.day} as day, {self.record} as record, {url} as record_url, {adds} as adds"
            return f"select {also} {told} {rows} and {adds} is not null"
        if self.is_distinct:
            day, made, counts = f"min({self.day})", self.times, f"count({self.adds})"
        else:
            day, made = f"max({self.day})", f"sum({adds})"
            counts = made
        told = f"{day} as day, {self.record} as record, min({url}) as record_url, {made} as adds"
        return f"select {also} {told} {rows} group by all having {counts} <> 0"


@dataclass(frozen=True)
class Measure:
    """A measure: the rows that make it, of one mart or of several.

    Attributes:
        parts: the rows; what each part's number counts stands in its `times`.
        where_known: the figure has a value only where another measure is known; what its records make is the figure there.
    """

    name: str
    parts: tuple[Rows, ...]
    where_known: bool = False

    @property
    def rounding(self) -> float:
        """By how much the figure may differ from what its records make: kopecks are rounded by product and region."""
        return 0.5 if any(part.total.startswith("round(") for part in self.parts) else 0

    def tells(self, dimension: str) -> bool:
        """Whether the records know their member of a dimension."""
        return all(part.tells(dimension) for part in self.parts)

    def records(self, place: Callable[[Rows], str], dimension: str, also: str = "") -> str:
        """The records of a place, a row each: day, record, record_url, adds; what several parts say of a record is added up.

        Args:
            place: of a part's rows, the condition on `periods` and the member.
            also: columns that the rows are told by too, as SQL with a comma behind each.
        """
        parts = [part.records(place(part), dimension, also=also) for part in self.parts]
        if len(parts) == 1:
            return parts[0]
        together = " union all ".join(parts)
        return (
            f"select max(day) as day, record, max(record_url) as record_url, sum(adds) as adds from ({together}) as parts"
            " group by record having sum(adds) <> 0"
        )


@cache
def _models() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Of each model the columns of its key and all its columns."""
    found = {}
    for name, model in models().items():
        meta = model.get("meta") or (model.get("config") or {}).get("meta") or {}
        found[name] = tuple(meta.get("grain") or ()), tuple(column["name"] for column in model.get("columns") or [])
    return found


@cache
def measures() -> dict[str, dict[str, str]]:
    """The rows of seed_measures by their names."""
    return {row["measure"]: row for row in seed("seed_measures")}


@cache
def measure(name: str) -> Measure | None:
    """A measure with its records; nothing, where it is counted in a way whose records cannot be told."""
    row = measures()[name]
    counted = row["counted_as"]
    if counted not in UNTOLD:
        if (made := MADE.fullmatch(counted)) and (found := _made(name, made.groupdict(), False)):
            return found
        if known := KNOWN.fullmatch(counted):
            return _made(name, known.groupdict(), True)
        if less := LESS.fullmatch(counted):
            parts = _rows(row, less["counted"]), _rows({**row, "mart_column": less["column"]}, less["counted"])
            return Measure(name, (parts[0], replace(parts[1], times="-1"))) if all(parts) else None
        if rows := _rows(row, counted):
            return Measure(name, (rows,), rows.periods == YEAR_BEFORE)
    return None


def why_untold(name: str) -> str:
    """Why a measure has no records."""
    counted = measures()[name]["counted_as"]
    return UNTOLD.get(counted, f"nobody knows the way it is counted: {counted}")


def _made(name: str, made: dict[str, str | None], where_known: bool) -> Measure | None:
    """A measure of others."""
    words = ["and", *made["of"].split()]
    if not set(words[1::2]) <= measures().keys():
        return None
    others = [measure(one) for one in words[1::2]]
    if not all(others):
        return None
    times = {"days": f" * {DAYS}", "months": f" * {DAYS} / {variables()['days_in_month']}"}.get(made.get("times"), "")
    times = ("0.5" if made.get("half") else "1") + times.format(since="periods.period_start")
    parts = tuple(
        replace(part, times=_product(part.times, f"-{times}" if sign == "less" else times))
        for sign, other in zip(words[::2], others, strict=True)
        for part in other.parts
    )
    return Measure(name, parts, where_known or any(other.where_known for other in others))


def _product(one: str, two: str) -> str:
    return two if one == "1" else f"{one} * {two}"


def _rows(row: dict[str, str], counted: str) -> Rows | None:
    """The rows of a measure that is a column of one mart, counted in a known way."""
    where, but = "", None
    if told := WHERE.fullmatch(counted):
        counted, but = told["counted"], told["column"] if told["but"] else None
        where = f"mart.{told['column']} = '{variables().get(told['word'], told['word'])}'"
    counted, _, day = counted.partition(", by ")
    if counted not in COUNTED:
        return None
    key, columns = _models()[row["mart"]]
    of_periods = "period_grain" in columns
    days, adds, total = COUNTED[counted]
    day = f"mart.{day or ('period_start' if of_periods else 'available_from' if days == TO_BE_HAD else 'event_date')}"
    column = f"mart.{row['mart_column']}"
    days = (OF_PERIOD if of_periods else days).format(day=day)
    adds = adds.format(column=column, day=day)
    periods = YEAR_BEFORE if "counted_from" in days else PERIODS
    return Rows(
        row["measure"], row["mart"], periods, days, total.format(adds), adds, column, total == DIFFERENT, key, columns, day, where, but
    )  # fmt: skip


@cache
def _addresses() -> dict[str, str]:
    """Of each id the fact or dimension that knows the addresses of its records."""
    return {key[0]: name for name, (key, columns) in _models().items() if "record_url" in columns and len(key) == 1}


@cache
def _address(rows: Rows) -> tuple[str, str, str] | None:
    """Where the record of a row has its address: the mart's column, the table, the table's key."""
    known = _addresses()
    candidates = (rows.column.removeprefix("mart."),) if rows.is_distinct else (*rows.key, *rows.columns)
    for column in candidates:
        for key, table in known.items():
            if column == key or (rows.is_distinct and column.endswith(f"_{key}")):
                return column, table, key
    return None
