"""What changed: figures of closed periods that differ from those of the version published before, and the records that moved them.

Both are tables of the marts, which dbt makes empty. Publishing carries over what the version before had, and adds what is new, so
the history goes back together with the version. A figure that was marked as not ripe was never settled, and is left out.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from flows.base.sql import listed, literal, quoted

TABLES = FIGURES, RECORDS = "kpi_restatements", "kpi_restatement_records"
NEEDED = {"kpi_values", "kpi_catalogue", "dim_period"}
GRAINS = ("month", "week", "quarter", "year")  # of figures that moved alike, the first is told
FIGURE = ("kpi_id", "period_grain", "period_start", "dimension", "dimension_key")
UNKNOWN = "(unknown)"
SUM = "sum over the period"  # how the catalogue says that a measure is the sum of a mart's column
NOISE = 1e-9  # by how much sums with a floating point differ from night to night, as a share


@dataclass(frozen=True)
class Limits:
    """How much is compared and kept.

    Args:
        dimensions: whose slices are compared; `all` is the whole business.
        rows: how many rows each of both tables has at most; one night adds a tenth of them at most, lest it drive the history out.
        records: how many records of a figure are named.
    """

    dimensions: tuple[str, ...]
    rows: int
    records: int

    @property
    def rows_a_night(self) -> int:
        """How many rows one night adds to each of both tables at most."""
        return -(-self.rows // 10)


@dataclass(frozen=True)
class Sides:
    """The two versions.

    Args:
        before, now: their files; the second is written to.
        published_before, published_now: when.
        code_changed: whether another code made the figures; None = nobody knows.
    """

    before: Path
    now: Path
    published_before: datetime
    published_now: datetime
    code_changed: bool | None


@dataclass(frozen=True)
class Restated:
    """What people are told: how many figures moved, and the largest move of the whole business."""

    figures: int
    largest: dict[str, Any] | None


def add(sides: Sides, limits: Limits) -> Restated | None:
    """Fills both tables of the new file.

    Returns:
        What moved; None if there is nothing to compare.

    Raises:
        duckdb.Error: the versions can't be compared; the tables have what the version before had.
    """
    with duckdb.connect() as connection:
        run = connection.execute
        run(f"attach {literal(sides.before)} as before (read_only)")
        run(f"attach {literal(sides.now)} as now")
        before, now = (_tables(connection, name) for name in ("before", "now"))
        if not {FIGURES, RECORDS} <= now:
            return None
        try:
            for table in {FIGURES, RECORDS} & before:
                _carry(connection, table)
            if not NEEDED <= before & now:
                return None
            _compare(connection, limits)
            _name_records(connection, before & now, limits.records)
            _write(connection, sides, limits)
            return _told(connection)
        finally:
            run("checkpoint now")
            run("detach now")


def count(file: Path) -> dict[str, int]:
    """How many rows both tables have."""
    with duckdb.connect(str(file), read_only=True) as connection:
        found = [row[0] for row in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' and table_name in (?, ?)", [FIGURES, RECORDS]
        ).fetchall()]  # fmt: skip
        return {name: connection.execute(f"select count(*) from marts.{quoted(name)}").fetchone()[0] for name in found}


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    query = "select table_name from duckdb_tables() where database_name = ? and schema_name = 'marts'"
    return {name for (name,) in connection.execute(query, [database]).fetchall()}


def _columns(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> list[str]:
    query = (
        "select column_name from duckdb_columns() where database_name = ? and schema_name = 'marts' and table_name = ?"
        " order by column_index"
    )
    return [name for (name,) in connection.execute(query, [database, table]).fetchall()]


def _carry(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Takes over what the version before had, in the columns that both know."""
    had = set(_columns(connection, "before", table))
    both = ", ".join(quoted(name) for name in _columns(connection, "now", table) if name in had)
    connection.execute(f"insert into now.marts.{table} ({both}) select {both} from before.marts.{table}")


def _compare(connection: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    """Closed figures that are not what they were. Where a sum has no row, it is nought; any other figure is unknown then."""
    key = ", ".join(FIGURE)
    sides = [
        f"""
        select {key}, value, mark from {side}.marts.kpi_values
        where period_grain in ({listed(GRAINS)}) and dimension in ({listed(limits.dimensions)}) and is_complete
        """
        for side in ("before", "now")
    ]
    connection.execute(
        f"""
        create temp table moved as
        with figures as (
            select {key}, before.value as value_before, now.value as value_now, before.mark as mark_before
            from ({sides[0]}) as before full outer join ({sides[1]}) as now using ({key})
        ),
        told as (
            select figures.*, catalogue.kind, catalogue.unit, catalogue.name_ru, catalogue.name_en, period.period_end,
                catalogue.numerator_mart as mart,
                case when catalogue.numerator_counted_as = {literal(SUM)} then catalogue.numerator_column end as mart_column,
                case when catalogue.kind = 'flow' then coalesce(value_now, 0) - coalesce(value_before, 0)
                    else value_now - value_before end as change
            from figures
            join now.marts.kpi_catalogue as catalogue using (kpi_id)
            semi join before.marts.kpi_catalogue as known using (kpi_id)
            join now.marts.dim_period as period using (period_grain, period_start)
            join before.marts.dim_period as closed using (period_grain, period_start)
            where period.is_complete and closed.is_complete and mark_before is distinct from 'unripe'
        )
        select *, count(*) over () as figures from told
        where (value_before is not null or value_now is not null) and (
            change is null or abs(change) > {NOISE} * greatest(1, abs(coalesce(value_before, 0)), abs(coalesce(value_now, 0))))
        order by dimension <> 'all', abs(change) / greatest(abs(coalesce(value_before, 0)), abs(coalesce(value_now, 0))) desc nulls last, {key}
        limit {limits.rows_a_night}
        """
    )


def _name_records(connection: duckdb.DuckDBPyConnection, both: set[str], most: int) -> None:
    """The records whose rows of the numerator's mart differ, by the figure that they moved."""
    run, key = connection.execute, ", ".join(FIGURE)
    types = "kpi_id varchar, period_grain varchar, period_start date, dimension varchar, dimension_key varchar"
    run(
        f"create temp table named ({types}, mart varchar, record varchar, what varchar, amount_before double, amount_now double)"
    )
    summed = run(
        "select mart, list(distinct mart_column order by mart_column), list(distinct dimension order by dimension)"
        " from moved where mart_column is not null group by mart order by mart"
    ).fetchall()
    for mart, columns, dimensions in summed:
        if mart in both:
            _name_records_of(connection, mart, columns, dimensions)
    run(
        f"""
        create temp table ranked as
        with placed as (
            select *, amount_now - amount_before as change,
                row_number() over (partition by {key} order by abs(amount_now - amount_before) desc, record) as position
            from named
        )
        select {key}, mart, least(position, {most} + 1) as position,
            case when max(position) > {most} then null else any_value(record) end as record,
            case when max(position) > {most} then 'others' else any_value(what) end as what,
            count(*) as records, sum(amount_before) as amount_before, sum(amount_now) as amount_now, sum(change) as change
        from placed group by {key}, mart, least(position, {most} + 1)
        """
    )


def _name_records_of(
    connection: duckdb.DuckDBPyConnection, mart: str, columns: list[str], dimensions: list[str]
) -> None:
    run, table = connection.execute, quoted(mart)
    here = [name for name in _columns(connection, "now", mart) if name in _columns(connection, "before", mart)]
    record = record_column(here)
    columns, dimensions = ([name for name in names if name in (*here, "all")] for names in (columns, dimensions))
    if not record or not columns or "event_date" not in here:
        return
    sliced = [name for name in dimensions if name != "all"]
    shown = ", ".join(dict.fromkeys(map(quoted, [record, "event_date", *sliced, *columns])))
    one, two = f"select {shown} from now.marts.{table}", f"select {shown} from before.marts.{table}"
    run(
        f"""
        create or replace temp table rows_of_both as
        with differing as (
            select distinct {quoted(record)} as record
            from (({one} except all {two}) union all ({two} except all {one}))
        )
        select true as is_now, {quoted(record)} as record_id, * from ({one}) where {quoted(record)} in (from differing)
        union all
        select false, {quoted(record)}, * from ({two}) where {quoted(record)} in (from differing)
        """
    )
    run(
        "create or replace temp table whats as select record_id, case when not bool_or(not is_now) then 'new'"
        " when not bool_or(is_now) then 'gone' else 'changed' end as what from rows_of_both group by record_id"
    )
    for column in columns:
        amount = f"cast(coalesce({quoted(column)}, 0) as double)"
        for dimension in dimensions:
            member = (
                ""
                if dimension == "all"
                else f"and moved.dimension_key = coalesce(rows_of_both.{quoted(dimension)}, '{UNKNOWN}')"
            )
            run(
                f"""
                insert into named
                select {", ".join(f"moved.{name}" for name in FIGURE)}, moved.mart, record_id, any_value(what),
                    sum(case when is_now then 0 else {amount} end) as amount_before, sum(case when is_now then {amount} else 0 end) as amount_now
                from moved
                join rows_of_both on rows_of_both.event_date between moved.period_start and moved.period_end {member}
                join whats using (record_id)
                where moved.mart = {literal(mart)} and moved.mart_column = {literal(column)} and moved.dimension = {literal(dimension)}
                group by all
                having abs(amount_now - amount_before) > {NOISE} * greatest(1, abs(amount_before), abs(amount_now))
                """
            )


def record_column(columns: list[str]) -> str | None:
    """The column of a mart that names its records: the first whose name ends in _id, else in _key; None if there is none."""
    return next((name for end in ("_id", "_key") for name in columns if name.endswith(end)), None)


def _write(connection: duckdb.DuckDBPyConnection, sides: Sides, limits: Limits) -> None:
    """Adds both tables to what was carried over; beyond the limit the oldest rows go, and of one night the smallest moves."""
    run, key = connection.execute, ", ".join(FIGURE)
    times = (
        f"timestamp {literal(f'{sides.published_before:%Y-%m-%d %H:%M:%S}')} as published_before_at,"
        f" timestamp {literal(f'{sides.published_now:%Y-%m-%d %H:%M:%S}')} as published_now_at"
    )
    changed = "null::boolean" if sides.code_changed is None else str(sides.code_changed).lower()
    share = "abs(change) / greatest(abs(coalesce(value_before, 0)), abs(coalesce(value_now, 0)))"
    run("begin")
    run(
        f"insert into now.marts.{FIGURES} by name select {times}, {key}, name_ru, name_en, unit, value_before, value_now, change,"
        f" {changed} as is_code_changed from moved"
    )
    run(
        f"insert into now.marts.{RECORDS} by name select {times.split(', ')[1]}, {key}, position, mart, record, what, records,"
        f" amount_before, amount_now, change from ranked order by dimension <> 'all', position, {key} limit {limits.rows_a_night}"
    )
    for table, order in ((FIGURES, f"{share} desc nulls last"), (RECORDS, "position")):
        run(
            f"delete from now.marts.{table} where rowid in (select rowid from now.marts.{table}"
            f" order by published_now_at desc, dimension <> 'all', {order}, {key} offset {limits.rows})"
        )
    run("commit")


def _told(connection: duckdb.DuckDBPyConnection) -> Restated:
    (figures,) = connection.execute("select coalesce(max(figures), 0) from moved").fetchone()
    columns = ("name_ru", "name_en", "unit", "period_grain", "period_start", "value_before", "value_now")
    found = connection.execute(
        f"""
        select {", ".join(columns)} from moved where dimension = 'all' and change is not null
        order by unit = 'money' desc,
            abs(change) / case when unit = 'money' then 1 else greatest(abs(coalesce(value_before, 0)), abs(coalesce(value_now, 0))) end desc,
            list_position([{listed(GRAINS)}], period_grain), kpi_id
        limit 1
        """
    ).fetchone()
    return Restated(figures, dict(zip(columns, found)) if found else None)
