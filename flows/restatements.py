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
from flows.measures import Rows, measure, measures

TABLES = FIGURES, RECORDS = "kpi_restatements", "kpi_restatement_records"
NEEDED = {"kpi_values", "kpi_catalogue", "dim_period"}
GRAINS = ("month", "week", "quarter", "year")  # of figures that moved alike, the first is told
CELL = ("period_grain", "period_start", "dimension", "dimension_key")
FIGURE = ("kpi_id", *CELL)
SIDES = ("before", "now")
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
        before, now = (_tables(connection, name) for name in SIDES)
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
        for side in SIDES
    ]
    connection.execute(
        f"""
        create temp table moved as
        with figures as (
            select {key}, before.value as value_before, now.value as value_now, before.mark as mark_before
            from ({sides[0]}) as before full outer join ({sides[1]}) as now using ({key})
        ),
        told as (
            select figures.*, catalogue.kind, catalogue.unit, catalogue.name_ru, catalogue.name_en, catalogue.numerator, catalogue.denominator,
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
    """The records of numerator and denominator whose rows differ, by the figure that they moved."""
    run, key = connection.execute, ", ".join(FIGURE)
    cell = ", ".join(CELL)
    run(
        f"create temp table parts as select {key}, unnest(['numerator', 'denominator']) as part, unnest([numerator, denominator]) as measure"
        " from moved"
    )
    run(
        "create temp table added (measure varchar, period_grain varchar, period_start date, dimension varchar, dimension_key varchar,"
        " mart varchar, record varchar, what varchar, record_url varchar, is_now boolean, adds double)"
    )
    found: dict[tuple[str, str], list[tuple[str, Rows]]] = {}
    for (name,) in run("select distinct measure from parts where measure is not null order by 1").fetchall():
        for rows in measure(name).parts if name in measures() and measure(name) else ():
            if rows.is_told_by(both):
                found.setdefault((rows.mart, rows.identity), []).append((name, rows))
    for alike in found.values():
        _add_records(connection, alike)
    run(
        f"""
        create temp table ranked as
        with named as (
            select {key}, part, mart, record, max(what) as what, max(record_url) as record_url,
                coalesce(sum(case when not is_now then adds end), 0) as amount_before, coalesce(sum(case when is_now then adds end), 0) as amount_now
            from parts inner join added using (measure, {cell}) group by all
            having abs(amount_now - amount_before) > {NOISE} * greatest(1, abs(amount_before), abs(amount_now))
        ),
        placed as (
            select *, amount_now - amount_before as change,
                row_number() over (partition by {key}, part order by abs(amount_now - amount_before) desc, record) as position
            from named
        )
        select {key}, part, any_value(mart) as mart, least(position, {most} + 1) as position,
            case when max(position) > {most} then null else any_value(record) end as record,
            case when max(position) > {most} then null else any_value(record_url) end as record_url,
            case when max(position) > {most} then 'others' else any_value(what) end as what,
            count(*) as records, sum(amount_before) as amount_before, sum(amount_now) as amount_now, sum(change) as change
        from placed group by {key}, part, least(position, {most} + 1)
        """
    )


def _add_records(connection: duckdb.DuckDBPyConnection, alike: list[tuple[str, Rows]]) -> None:
    """What the records whose rows differ add, before and now, to the measures that count rows of one mart by one id."""
    run, one = connection.execute, alike[0][1]
    here = set(_columns(connection, "now", one.mart)) & set(_columns(connection, "before", one.mart))
    alike = [(name, rows) for name, rows in alike if rows.needed <= here]
    sliced = dict(
        run("select measure, list(distinct dimension order by dimension) from parts group by measure").fetchall()
    )
    dimensions = {dimension for name, rows in alike for dimension in sliced[name] if rows.tells(dimension)}
    needed = sorted(
        {name for _, rows in alike for name in rows.needed}
        | (dimensions & here)
        | ({"dimension", "dimension_key"} & here)
    )
    if not alike:
        return
    shown = ", ".join(f"mart.{quoted(name)}" for name in needed)
    of = {
        side: f"select {one.identity} as record_id, {shown} from {side}.marts.{quoted(one.mart)} as mart"
        for side in SIDES
    }
    run(
        f"create or replace temp table differing as select distinct record_id from (({of['now']} except all {of['before']})"
        f" union all ({of['before']} except all {of['now']})) where record_id is not null"
    )
    for side in SIDES:
        run(
            f"create or replace temp table rows_{side} as select * from ({of[side]}) semi join differing using (record_id)"
        )
    run(
        "create or replace temp table whats as select record_id, case when bool_and(is_now) then 'new' when not bool_or(is_now) then 'gone'"
        " else 'changed' end as what from (select record_id, true as is_now from rows_now union all select record_id, false from rows_before)"
        " group by record_id"
    )
    for name, rows in alike:
        for dimension in filter(rows.tells, sliced[name]):
            if dimension not in ("all", *here) and "dimension" not in here:
                continue
            member = rows.member(dimension)
            cells = f"select period_grain, period_start, dimension_key from parts where measure = '{name}' and dimension = '{dimension}'"
            place = f"(periods.period_grain, periods.period_start, {member}) in ({cells})"
            also = f"periods.period_grain, periods.period_start, {member} as member,"
            for side in SIDES:
                made = rows.records(place, dimension, f"{side}.marts", f"temp.rows_{side}", also)
                run(
                    f"insert into added select '{name}', period_grain, period_start, '{dimension}', member, '{rows.mart}', record, what,"
                    f" record_url, {side == 'now'}, adds from ({made}) as made inner join whats on made.record = whats.record_id"
                )


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
        f"insert into now.marts.{RECORDS} by name select {times.split(', ')[1]}, {key}, part, position, mart, record, record_url, what,"
        f" records, amount_before, amount_now, change from ranked order by dimension <> 'all', position, {key}, part desc limit {limits.rows_a_night}"
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
