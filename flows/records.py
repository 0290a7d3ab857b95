"""`kpi records`: the records behind a figure, and what each of them adds to it.

Nothing is listed here by hand.  The catalogue says which measures make a figure, seed_measures in which column of which mart a measure
stands and how it is counted, the YAML of the marts what tells their rows apart, and which facts know the address of a record.
"""

import csv
import difflib
import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import yaml

from flows.base.errors import ConfigError
from flows.base.project import variables
from flows.base.settings import PROJECT

HEADER = ("part", "measure", "day", "record", "record_url", "adds")
GRAINS = {
    "day": r"\d{4}-\d\d-\d\d",
    "month": r"\d{4}-\d\d",
    "year": r"\d{4}",
    "quarter": r"\d{4}-Q[1-4]",
    "week": r"\d{4}-W\d\d",
}

# How a measure is counted, in the words of seed_measures: which days count, what a row adds, and what makes one number of the rows.
IN_PERIOD = "{day} between periods.period_start and periods.period_end"
TO_END = "{day} <= periods.last_known_day"
TO_START = "{day} < periods.period_start"
LAST_DAY = "{day} = periods.last_known_day"
OF_PERIOD = "mart.period_grain = periods.period_grain and mart.period_start = periods.period_start"  # of marts with a row for each
DAYS_RUN = "{column} * (1 + date_diff('day', greatest({day}, periods.period_start), periods.last_known_day))"
SALE = "mart.event = 'sale'"
DIFFERENT = "count(distinct {})"
COUNTED = {
    "sum": (OF_PERIOD, "{column}", "sum({})"),
    "sum over the period": (IN_PERIOD, "{column}", "sum({})"),
    "sum over the days of the period": (TO_END, DAYS_RUN, "round(sum({}), 2)"),
    "sum up to the end of the period": (TO_END, "{column}", "sum({})"),
    "sum up to the start of the period": (TO_START, "{column}", "sum({})"),
    "sum on the last day of the period": (LAST_DAY, "case when mart.is_day_told then {column} end", "sum({})"),
    "sum over the deals of the last day": (LAST_DAY, "{column}", "sum({})"),
    "deals of the last day for which it is true": (LAST_DAY, "cast({column} as integer)", "sum({})"),
    "deals of the last day for which it is known": (LAST_DAY, "cast({column} is not null as integer)", "sum({})"),
    "number of rows of the period": (OF_PERIOD, "1", "sum({})"),
    "number of rows of the period where it is known": (OF_PERIOD, "cast({column} is not null as integer)", "sum({})"),
    "number of rows of the period where it is 1 or more": (OF_PERIOD, "cast({column} >= 1 as integer)", "sum({})"),
    "number of rows of the period where it is high": (OF_PERIOD, "cast({column} = 'high' as integer)", "sum({})"),
    "number of different values in the period": (IN_PERIOD, "{column}", DIFFERENT),
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
        "sum({})",
    ),
    "median of the period": (IN_PERIOD, "{column}", "quantile_cont({}, 0.5)"),
    "90th percentile of the period": (IN_PERIOD, "{column}", "quantile_cont({}, 0.9)"),
}
# Of some rows of the mart alone; the word is a variable of dbt_project.yml or stands for itself.  "but by it": sliced by that column, all count.
WHERE = re.compile(r"(?P<counted>.+), where (?P<column>\w+) is (?P<word>\w+)(?P<but>, but by it)?")


@dataclass(frozen=True)
class Measure:
    """A measure as a query: the rows of its mart that count in a period, and the number that they make.

    Attributes:
        source: the mart beside the periods, for `from`.
        total: the number of a set of rows, as SQL.
        adds: what a row adds, as SQL; of a number of different values, the value.
        column: the mart's column.
        is_distinct: whether each value counts once.
        key: the columns that tell the rows apart.
        columns: all that the mart describes.
        day: the day that a row counts on.
        where: a condition on the rows, or nothing.
        but: the dimension by which the condition does not hold.
    """

    name: str
    source: str
    total: str
    adds: str
    column: str
    is_distinct: bool
    key: tuple[str, ...]
    columns: tuple[str, ...]
    day: str
    where: str
    but: str | None

    def rows(self, dimension: str, joined: str = "") -> str:
        """The rows that count, whole or in a slice, from `from` on, with what is joined to them."""
        return f"{self.source} {joined} where {self.where if self.where and dimension != self.but else 'true'}"


@cache
def _models() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Of each model the columns of its key and all its columns."""
    found = {}
    for path in (PROJECT / "models").rglob("_*.yml"):
        if "unit_tests" in path.stem:
            continue
        for model in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get("models") or []:
            meta = model.get("meta") or (model.get("config") or {}).get("meta") or {}
            columns = tuple(column["name"] for column in model.get("columns") or [])
            found[model["name"]] = tuple(meta.get("grain") or ()), columns
    return found


@cache
def measures() -> dict[str, dict[str, str]]:
    """The rows of seed_measures by their names."""
    with open(PROJECT / "seeds" / "seed_measures.csv", encoding="utf-8", newline="") as rows:
        return {row["measure"]: row for row in csv.DictReader(rows)}


def measure(name: str) -> Measure | None:
    """A measure as a query; nothing, where it is counted in a way whose records cannot be told."""
    row = measures()[name]
    counted, where, but = row["counted_as"], "", None
    if told := WHERE.fullmatch(counted):
        counted, but = told["counted"], told["column"] if told["but"] else None
        where = f"mart.{told['column']} = '{variables().get(told['word'], told['word'])}'"
    counted, _, day = counted.partition(", by ")
    key, columns = _models()[row["mart"]]
    of_periods = "period_grain" in columns
    if counted not in COUNTED or "dimension" in columns:
        return None
    days, adds, total = COUNTED[counted]
    day, column = f"mart.{day or ('period_start' if of_periods else 'event_date')}", f"mart.{row['mart_column']}"
    days = (OF_PERIOD if of_periods else days).format(day=day)
    adds = adds.format(column=column, day=day)
    source = f"marts.{row['mart']} as mart inner join marts.periods as periods on {days}"
    return Measure(name, source, total.format(adds), adds, column, "distinct" in total, key, columns, day, where, but)


def _addresses() -> dict[str, str]:
    """Of each id the fact or dimension that knows the addresses of its records."""
    return {key[0]: name for name, (key, columns) in _models().items() if "record_url" in columns and len(key) == 1}


def _address(counted: Measure) -> tuple[str, str, str] | None:
    """Where the record of a row has its address: the mart's column, the table, the table's key."""
    known = _addresses()
    candidates = (counted.column.removeprefix("mart."),) if counted.is_distinct else (*counted.key, *counted.columns)
    for column in candidates:
        for key, table in known.items():
            if column == key or (counted.is_distinct and column.endswith(f"_{key}")):
                return column, table, key
    return None


def records(
    connection: duckdb.DuckDBPyConnection, counted: Measure, grain: str, start: str, dimension: str, member: str
) -> list[tuple]:
    """The records of a measure in a period: day, record, address, what it adds."""
    found = _address(counted)
    join = f"left join marts.{found[1]} as told on mart.{found[0]} = told.{found[2]}" if found else ""
    url = "told.record_url" if found else "cast(null as varchar)"
    key = [f"cast(mart.{column} as varchar)" for column in counted.key if column != "event_date"]
    record = f"concat_ws(' ', {', '.join(key)})" if key else counted.day
    source = counted.rows(dimension, join)
    place = f"periods.period_grain = ? and periods.period_start = ?{_slice(dimension)}"
    values = [grain, start] + ([member] if dimension != "all" else [])
    if counted.is_distinct:
        shown = f"min({counted.day}), cast({counted.adds} as varchar), min({url}), 1"
        query = f"select {shown} from {source} and {counted.adds} is not null and {place} group by 2 order by 1, 2"
    else:
        nothing = "<> 0" if "sum(" in counted.total else "is not null"
        kept = f"{counted.adds} {nothing}"
        query = (
            f"select {counted.day}, {record}, {url}, {counted.adds} from {source} and {kept} and {place} order by 1, 2"
        )
    return connection.execute(query, values).fetchall()


def total(connection: duckdb.DuckDBPyConnection, counted: Measure, grain: str, start: str, dimension: str, member: str):
    """The number that the records of a measure make."""
    values = [grain, start] + ([member] if dimension != "all" else [])
    query = f"select {counted.total} from {counted.rows(dimension)} and periods.period_grain = ? and periods.period_start = ?"
    return connection.execute(query + _slice(dimension), values).fetchone()[0]


def _slice(dimension: str) -> str:
    return "" if dimension == "all" else f" and {member_of(dimension)} = ?"


def member_of(dimension: str) -> str:
    """The member that a row of a mart belongs to."""
    return f"coalesce(cast(mart.{dimension} as varchar), '{variables()['unknown_member']}')"


def _near(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, list(known), 3, 0.3)
    return f"near to it are {', '.join(near)}." if near else f"there are {', '.join(sorted(known)[:5])}."


def _column(connection: duckdb.DuckDBPyConnection, query: str, *values: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(query, list(values)).fetchall()]


def _period(connection: duckdb.DuckDBPyConnection, text: str) -> tuple[str, str]:
    grain = next((grain for grain, form in GRAINS.items() if re.fullmatch(form, text)), None)
    if grain is None:
        raise ConfigError(f"{text} is no period; periods are written 2026-05-14, 2026-W20, 2026-05, 2026-Q2, 2026.")
    written = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}.get(grain)
    name = f"strftime(period_start, '{written}')" if written else "year(period_start) || '-Q' || quarter(period_start)"
    known = dict(
        connection.execute(
            f"select {name}, cast(period_start as varchar) from marts.periods where period_grain = ?", [grain]
        ).fetchall()
    )
    if text not in known:
        near = sorted(known, key=lambda one: abs(int(re.sub(r"\D", "", one)) - int(re.sub(r"\D", "", text))))
        raise ConfigError(f"The data have no {grain} {text}; near to it are {', '.join(near[:3])}.")
    return grain, known[text]


def _definition(connection: duckdb.DuckDBPyConnection, figure: str) -> dict[str, str]:
    known = _column(connection, "select figure_id from marts.kpi_definitions")
    if figure not in known:
        raise ConfigError(f"There is no KPI {figure}; {_near(figure, known)}")
    query = "select numerator, denominator, is_supporting from marts.kpi_definitions where figure_id = ?"
    numerator, denominator, is_supporting = connection.execute(query, [figure]).fetchone()
    parts = {"numerator": numerator, "denominator": denominator}
    for part, name in parts.items():
        if name and name.startswith("kpi:"):
            others = " and ".join(one.removeprefix("kpi:") for one in parts.values() if one)
            raise ConfigError(f"{figure} is made of other KPIs: ask for the records of {others}.")
        if name and measure(name) is None:
            how = measures()[name]["counted_as"]
            raise ConfigError(
                f"The {part} of {figure}, {name}, cannot be told record by record; it is counted as: {how}."
            )
    table = "kpi_companions" if is_supporting else "kpi_values"
    return {**parts, "table": table, "id": "companion_id" if is_supporting else "kpi_id"}


def _member(connection: duckdb.DuckDBPyConnection, definition: dict[str, str], figure: str, text: str | None):
    if not text:
        return "all", "all"
    dimension, _, member = text.partition("=")
    of_figure = f"from marts.{definition['table']} where {definition['id']} = ?"
    known = _column(connection, f"select distinct dimension {of_figure} and dimension <> 'all'", figure)
    if dimension not in known:
        raise ConfigError(
            f"{figure} has no slices by {dimension}; {_near(dimension, known)}" if known else f"{figure} has no slices."
        )
    members = _column(connection, f"select distinct dimension_key {of_figure} and dimension = ?", figure, dimension)
    if member not in members:
        raise ConfigError(f"{figure} has no {dimension} {member}; {_near(member, members)}")
    return dimension, member


def behind(
    connection: duckdb.DuckDBPyConnection, figure: str, period: str, sliced: str | None
) -> Iterator[tuple[str, Measure, list[tuple], float | None, float | None]]:
    """Of numerator and denominator: the part, its measure, its records, what they make, and what the figure says."""
    definition = _definition(connection, figure)
    grain, start = _period(connection, period)
    dimension, member = _member(connection, definition, figure, sliced)
    query = (
        f"select numerator, denominator from marts.{definition['table']} where {definition['id']} = ?"
        " and period_grain = ? and period_start = ? and dimension = ? and dimension_key = ?"
    )
    told = connection.execute(query, [figure, grain, start, dimension, member]).fetchone() or (None, None)
    for part, value in zip(("numerator", "denominator"), told, strict=True):
        if definition[part]:
            counted = measure(definition[part])
            if dimension != "all" and dimension not in counted.columns:
                raise ConfigError(f"The records of {counted.name} do not tell their {dimension}; ask without --slice.")
            place = grain, start, dimension, member
            yield part, counted, records(connection, counted, *place), total(connection, counted, *place), value


def command(file: Path, figure: str, period: str, sliced: str | None) -> int:
    """Prints the records as CSV, and on the error stream what they add up to.

    Returns:
        0, or 1 where the records do not make the figure.
    """
    if not file.exists():
        raise ConfigError(f"There is no warehouse {file}; build it, or name another by KPI_WAREHOUSE.")
    with duckdb.connect(str(file), read_only=True) as connection:
        parts = list(behind(connection, figure, period, sliced))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    status = 0
    for part, counted, rows, made, value in parts:
        writer.writerows((part, counted.name, *row) for row in rows)
        equal = abs(float(made or 0) - (value or 0)) <= 1e-6 * max(1, abs(value or 0))
        status = status if equal else 1
        said = "as the figure says" if equal else f"the figure says {value or 0:g}"
        print(f"{part}: {len(rows)} records of {counted.name} make {made or 0:.10g}, {said}", file=sys.stderr)
    return status
