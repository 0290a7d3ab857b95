"""`kpi records`: the records behind a figure, and what each of them adds to it; and marts.kpi_contributors, which tells them to BI."""

import csv
import re
import sys
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import duckdb

from flows.base.errors import ConfigError
from flows.base.sql import listed
from flows.base.words import near
from flows.measures import Measure, Rows, measure, measures, why_untold

HEADER = ("part", "measure", "day", "record", "record_url", "adds")
GRAINS = {
    "day": r"\d{4}-\d\d-\d\d",
    "month": r"\d{4}-\d\d",
    "year": r"\d{4}",
    "quarter": r"\d{4}-Q[1-4]",
    "week": r"\d{4}-W\d\d",
}
PARTS = ("numerator", "denominator")


def records(
    connection: duckdb.DuckDBPyConnection,
    counted: Measure,
    grain: str,
    start: str,
    dimension: str,
    member: str,
    most: int | None = None,
) -> list[tuple]:
    """The records of a measure in a period, the first `most` of them: day, record, address, what it adds."""
    values = {"grain": grain, "start": start, "member": member}
    query = counted.records(lambda rows: _place(rows.member(dimension)), dimension)
    return connection.execute(
        f"select day, record, record_url, adds from ({query}) order by 1, 2, 4{f' limit {most}' if most else ''}",
        values,
    ).fetchall()


def _place(member: str) -> str:
    return f"periods.period_grain = $grain and periods.period_start = $start and {member} = $member"


def total(connection: duckdb.DuckDBPyConnection, counted: Measure, grain: str, start: str, dimension: str, member: str):
    """The number that the records of a measure make."""
    values = {"grain": grain, "start": start, "member": member}
    made = 0.0
    for rows in counted.parts:
        place = f"{rows.condition(dimension)} and {_place(rows.member(dimension))}"
        query = f"select {rows.total} * any_value({rows.times}) from {rows.source()} where {place}"
        made += float(connection.execute(query, values).fetchone()[0] or 0)
    return made


# --- for BI ----------------------------------------------------------------------------------------------------------

ASKED = "periods.period_grain = grain and periods.period_start = first_day and {member} = member_key"


def contributors(connection: duckdb.DuckDBPyConnection) -> str:
    """The statement that makes the table macro marts.kpi_contributors in the database in use, out of what each figure is made of.

    A reader names figure, grain, first day, dimension and member; of all measures only those of the figure are read.
    """
    tables = _column(
        connection,
        "select table_name from duckdb_tables() where schema_name = 'marts' and database_name = current_database()",
    )
    made_of: dict[str, dict[str, list[str]]] = {}
    known = "select figure_id, dimensions, numerator, denominator from marts.kpi_definitions order by figure_id"
    slices: dict[str, set[str]] = {}
    for figure, dimensions, *named in connection.execute(known).fetchall():
        for part, name in zip(PARTS, named, strict=True):
            if name in measures() and measure(name) and all(rows.is_told_by(tables) for rows in measure(name).parts):
                made_of.setdefault(name, {}).setdefault(part, []).append(figure)
                slices.setdefault(name, set()).update((dimensions or "").split())
    queries = []
    for name, parts in sorted(made_of.items()):
        counted = measure(name)
        dimensions = ["all", *sorted(_dimensions(counted, slices[name]))]
        for by in _alike(counted, dimensions):
            query = counted.records(partial(_asked, by=by), by[0])
            figures = listed(figure for named in parts.values() for figure in named)
            part = f"case when figure_id in ({listed(parts.get('numerator', []) or [''])}) then 'numerator' else 'denominator' end"
            queries.append(
                f"select {part} as part, '{name}' as measure, day, record, record_url, adds from ({query}) as rows_of_part"
                f" where figure_id in ({figures}) and slice in ({listed(by)})"
            )
    parameters = "figure_id, grain, first_day, slice := 'all', member_key := 'all'"
    return f"create or replace macro marts.kpi_contributors({parameters}) as table {' union all '.join(queries)}"


def _dimensions(counted: Measure, named: set[str]) -> set[str]:
    known = {one for rows in counted.parts for one in rows.columns} if "any" in named else named
    return {one for one in known - {"any", "dimension", "dimension_key"} if counted.tells(one)}


def _alike(counted: Measure, dimensions: list[str]) -> list[list[str]]:
    """The dimensions, those together by which the same rows count."""
    found: dict[tuple[str, ...], list[str]] = {}
    for one in dimensions:
        found.setdefault(tuple(rows.condition(one) for rows in counted.parts), []).append(one)
    return list(found.values())


def _asked(rows: Rows, by: list[str]) -> str:
    """Which rows are those that somebody asks for by a period, a slice and its member."""
    return ASKED.format(member=_member_of_asked(rows, by))


def _member_of_asked(rows: Rows, dimensions: list[str]) -> str:
    told = " ".join(f"when '{one}' then {rows.member(one)}" for one in dimensions)
    return f"case slice {told} end"


# --- the command -----------------------------------------------------------------------------------------------------


def _near(word: str, known: Collection[str]) -> str:
    return near(word, known, f"there are {', '.join(sorted(known)[:5])}.")


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
    parts = dict(zip(PARTS, (numerator, denominator), strict=True))
    for name in parts.values():
        if name and name.startswith("kpi:"):
            others = " and ".join(one.removeprefix("kpi:") for one in parts.values() if one)
            raise ConfigError(f"{figure} is made of other KPIs: ask for the records of {others}.")
    untold = {
        part: f"The {part} of {figure}, {name}, has no records: {why_untold(name)}."
        for part, name in parts.items()
        if name and measure(name) is None
    }
    if len(untold) == sum(map(bool, parts.values())):
        raise ConfigError(" ".join(untold.values()))
    table = "kpi_companions" if is_supporting else "kpi_values"
    told = {part: None if part in untold else name for part, name in parts.items()}
    return {
        **told,
        "table": table,
        "id": "companion_id" if is_supporting else "kpi_id",
        "untold": " ".join(untold.values()),
    }


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
    connection: duckdb.DuckDBPyConnection, figure: str, period: str, sliced: str | None, most: int | None = None
) -> Iterator[tuple[str, Measure, list[tuple], float | None, float | None]]:
    """Of numerator and denominator: the part, its measure, its first `most` records, what all of them make, and what the figure says."""
    definition = _definition(connection, figure)
    grain, start = _period(connection, period)
    dimension, member = _member(connection, definition, figure, sliced)
    query = (
        f"select numerator, denominator from marts.{definition['table']} where {definition['id']} = ?"
        " and period_grain = ? and period_start = ? and dimension = ? and dimension_key = ?"
    )
    told = connection.execute(query, [figure, grain, start, dimension, member]).fetchone() or (None, None)
    for part, value in zip(PARTS, told, strict=True):
        if definition[part]:
            counted = measure(definition[part])
            if not counted.tells(dimension):
                raise ConfigError(f"The records of {counted.name} do not tell their {dimension}; ask without --slice.")
            place = grain, start, dimension, member
            yield (
                part,
                counted,
                records(connection, counted, *place, most=most),
                total(connection, counted, *place),
                value,
            )


def command(file: Path, figure: str, period: str, sliced: str | None) -> int:
    """Prints the records as CSV, and on the error stream what they add up to.

    Returns:
        0, or 1 where the records do not make the figure.
    """
    if not file.exists():
        raise ConfigError(f"There is no warehouse {file}; build it, or name another by KPI_WAREHOUSE.")
    with duckdb.connect(str(file), read_only=True) as connection:
        parts = list(behind(connection, figure, period, sliced))
        untold = _definition(connection, figure)["untold"]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    status = 0
    for part, counted, rows, made, value in parts:
        writer.writerows((part, counted.name, *row) for row in rows)
        unknown = counted.where_known and not value
        equal = unknown or abs(made - (value or 0)) <= max(counted.rounding, 1e-6 * max(1, abs(value or 0)))
        status = status if equal else 1
        said = (
            "the figure has no value"
            if unknown
            else "as the figure says"
            if equal
            else f"the figure says {value or 0:g}"
        )
        print(f"{part}: {len(rows)} records of {counted.name} make {made:.10g}, {said}", file=sys.stderr)
    if untold:
        print(untold, file=sys.stderr)
    return status
