"""The measures of the marts gate: what was built, against itself, its past, the raw rows and the published night.

What dbt's tests have just proved of the very same rows is not measured again: that every raw row has one status is one of the `findings`.
Two measures look like tests of dbt and see more. `doubled_keys` counts after contacts were masked, which is the last thing that a build does
and may make one member of two. `unread_rows` asks for every table that the models read, also for one that the tie-out has forgotten.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flows.gates.checks import Reading
from flows.gates.moves import Move
from flows.gates.project import as_of_date, raw_tables
from flows.gates.settings import Limits, SettingsError

if TYPE_CHECKING:
    import duckdb

SCORECARDS = {"kpi_values": "kpi_id", "kpi_companions": "companion_id"}
NEEDED = ("kpi_values", "kpi_companions", "kpi_catalogue", "periods", "dim_date", "source_tie_out", "source_totals")


class Gate:
    """The marts gate on one warehouse.

    Args:
        connection: a connection to which the warehouse is attached as `kpi`, and the published file, if there is one,
            as `published`.
        settings: by check.

    Attributes:
        off: sources without any rows: the business does not use them.

    Raises:
        LookupError: the marts are not built.
        SettingsError: a setting names an unknown unit or KPI.
    """

    def __init__(self, connection: "duckdb.DuckDBPyConnection", settings: dict[str, Limits]):
        self._sql, self._settings = connection.execute, settings
        self._as_of = as_of_date()
        tables = self._sql(
            "select database_name, schema_name, table_name from duckdb_tables() where database_name in ('kpi', 'published')"
        ).fetchall()
        self._tables = {
            database: {table[1:] for table in tables if table[0] == database} for database in ("kpi", "published")
        }
        missing = [name for name in NEEDED if ("marts", name) not in self._tables["kpi"]]
        if missing:
            raise LookupError(f"there is no marts.{missing[0]}; run `dbt build`")
        with_rows = self._sources("kpi")
        self.off = sorted({table.source for table in raw_tables()} - with_rows - {"control"})
        self._source_taken_out = bool(self._sources("published") - with_rows)
        self._kpis = {row[0] for row in self._sql("select kpi_id from kpi.marts.kpi_catalogue").fetchall()}
        self._check_names()

    def measure(self, check: str) -> list[Reading]:
        """The readings of a check."""
        return list(getattr(self, f"_{check}")(self._settings[check]))

    def _sources(self, database: str) -> set[str]:
        """The sources that a file has rows of."""
        if ("marts", "source_tie_out") not in self._tables[database]:
            return set()
        return {
            row[0] for row in self._sql(f"select distinct source_name from {database}.marts.source_tie_out").fetchall()
        }

    def _check_names(self) -> None:
        units = {row[0] for row in self._sql("select distinct unit from kpi.marts.kpi_catalogue").fetchall()}
        for name in ("ranges", "day_jump", "week_jump"):
            if unknown := sorted(set(self._settings[name]["kpis"]) - self._kpis):
                raise SettingsError(f"marts.{name}.kpis: no KPI of marts.kpi_catalogue is called {', '.join(unknown)}")
        if missing := sorted(units - set(self._settings["ranges"]["units"])):
            raise SettingsError(
                f"marts.ranges.units: no range for {', '.join(missing)}; add [least, most], null = no bound"
            )

    def _rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query by column name."""
        done = self._sql(query)
        names = [column[0] for column in done.description]
        return [dict(zip(names, row)) for row in done.fetchall()]

    def _readings(self, query: str, limits: Limits | None = None) -> Iterator[Reading]:
        """The rows of a query with a subject, a value and facts, and `is_mild`, or a `size` to hold against min_rows."""
        for row in self._rows(query):
            mild = row["size"] < limits["min_rows"] if limits else row.get("is_mild", False)
            yield Reading(row.pop("subject"), row.pop("value"), row, mild)

    # --- the scorecard ----------------------------------------------------------------------------------------------

    def _behind(self, limits: Limits) -> Iterator[Reading]:
        yield from self._readings(
            f"""
            select 'kpi_values' as subject, date '{self._as_of}' - 1 - max(last_known_day) as value, max(last_known_day) as day,
                '{self._as_of}' as as_of
            from kpi.marts.periods
            """
        )

    def _not_finished_days(self, limits: Limits) -> Iterator[Reading]:
        for table in SCORECARDS:
            yield from self._readings(
                f"""
                select '{table}' as subject, count(*) as value, min(scorecard.period_start) as day
                from kpi.marts.{table} as scorecard
                left join kpi.marts.periods as periods using (period_grain, period_start)
                where scorecard.period_start >= date '{self._as_of}'
                    or scorecard.is_complete and coalesce(periods.period_end >= date '{self._as_of}', true)
                """
            )

    def _doubled_keys(self, limits: Limits) -> Iterator[Reading]:
        for table, key in SCORECARDS.items():
            yield from self._readings(
                f"""
                select {key} as subject, sum(rows - 1) as value
                from (
                    select {key}, count(*) as rows from kpi.marts.{table}
                    group by {key}, period_grain, period_start, dimension, dimension_key
                ) group by {key}
                """
            )

    def _no_number(self, limits: Limits) -> Iterator[Reading]:
        for table, key in SCORECARDS.items():
            figures = ("value", "numerator", "denominator", "previous_value", "year_ago_value", "target_value")
            bad = " or ".join(f"not isfinite({figure})" for figure in figures)
            yield from self._readings(
                f"select {key} as subject, count(*) filter ({bad}) as value from kpi.marts.{table} group by {key}"
            )

    def _ranges(self, limits: Limits) -> Iterator[Reading]:
        units = dict(self._sql("select kpi_id, unit from kpi.marts.kpi_catalogue").fetchall())
        for kpi, unit in sorted(units.items()):
            least, most = limits["kpis"].get(kpi) or limits["units"][unit]
            outside = [f"value < {least}"] * (least is not None) + [f"value > {most}"] * (most is not None)
            if outside:
                bounds = f"[{'…' if least is None else least}, {'…' if most is None else most}]"
                yield from self._readings(
                    f"""
                    select '{kpi}' as subject, bad / rows as value, * from (
                        select count(*) filter ({" or ".join(outside)}) as bad, count(value) as rows, min(value) as smallest,
                            max(value) as largest, '{bounds}' as range
                        from kpi.marts.kpi_values where kpi_id = '{kpi}'
                    ) where rows > 0
                    """
                )

    def _day_jump(self, limits: Limits) -> Iterator[Reading]:
        yield Reading("kpi_values", None, {"why": "history"})
        same = "case when days.is_working_day then isodow(figures.period_start) else 0 end"
        yield from self._jumps(limits, "day", same, "latest.is_working_day")

    def _week_jump(self, limits: Limits) -> Iterator[Reading]:
        yield Reading("kpi_values", None, {"why": "history"})
        working = "select count(*) from kpi.marts.dim_date where week_start = latest.period_start and is_working_day"
        yield from self._jumps(limits, "week", "0", f"({working}) >= {limits['working_days']}")

    def _jumps(self, limits: Limits, grain: str, same: str, ordinary: str) -> Iterator[Reading]:
        """The last complete period of each KPI against those before that are of the same kind.

        No more than warnings: ratios; falls of balances, which may end; falls on a holiday, and while a source has not
        been loaded, which explain themselves.
        """
        chosen = ", ".join(f"'{kpi}'" for kpi in limits["kpis"] or sorted(self._kpis))
        query = f"""
            with figures as (
                select figures.kpi_id, figures.period_start, figures.value, coalesce(figures.denominator, figures.value) as size, {same} as kind,
                    days.is_working_day
                from kpi.marts.kpi_values as figures
                join kpi.marts.dim_date as days on figures.period_start = days.date_day
                where figures.period_grain = '{grain}' and figures.dimension = 'all' and figures.is_complete and figures.kpi_id in ({chosen})
            ),

            newest as (select max(period_start) as period_start from kpi.marts.periods where period_grain = '{grain}' and is_complete),

            latest as (select figures.* from figures join newest using (period_start) where figures.value is not null)

            select latest.kpi_id as subject, latest.value as figure, list(earlier.value) as before, latest.period_start as period,
                catalogue.kind = 'ratio' as is_ratio, catalogue.kind = 'flow' and {ordinary} as may_stop_falling
            from latest
            join figures as earlier on latest.kpi_id = earlier.kpi_id and latest.kind = earlier.kind
                and earlier.value is not null and earlier.period_start < latest.period_start
                and earlier.period_start >= latest.period_start - {int(limits["history_days"])}
            join kpi.marts.kpi_catalogue as catalogue on latest.kpi_id = catalogue.kpi_id
            group by all
            having count(*) >= {limits["min_periods"]} and greatest(median(earlier.size), 0) >= {limits["min_value"]}
            order by subject
        """
        is_loaded = not self._stale_sources()
        for row in self._rows(query):
            move = Move.of(row["figure"], row["before"])
            falls = move.figure < move.usual and not (row["may_stop_falling"] and is_loaded)
            mild = row["is_ratio"] or falls or move.is_restless(limits, row["subject"])
            yield Reading(row["subject"], move.within(limits), {**move.facts(), "period": row["period"]}, mild)

    def _stale_sources(self) -> list[str]:
        """Sources that no load of the as-of day brought anything of."""
        query = f"""
            select source_name from kpi.marts.source_tie_out where source_name not in ('files', 'control') and load_day <= date '{self._as_of}'
            group by source_name having max(load_day) < date '{self._as_of}'
        """
        return [row[0] for row in self._sql(query).fetchall()]

    def _last_month(self) -> str:
        return "(select max(period_start) from kpi.marts.periods where period_grain = 'month' and is_complete)"

    def _missing_kpis(self, limits: Limits) -> Iterator[Reading]:
        """KPIs that have rows at all, or had any when they were published: those of sources not in use have none."""
        yield Reading("kpi_values", None, {"why": "history"})
        known = ["kpi", "published"] if ("marts", "kpi_values") in self._tables["published"] else ["kpi"]
        in_use = " union ".join(f"select kpi_id from {one}.marts.kpi_values where dimension = 'all'" for one in known)
        yield from self._readings(
            f"""
            select catalogue.kpi_id as subject, case when figures.kpi_id is null then 1 else 0 end as value,
                month.period_start as month, {self._source_taken_out} as is_mild
            from kpi.marts.kpi_catalogue as catalogue
            cross join (select {self._last_month()} as period_start) as month
            left join kpi.marts.kpi_values as figures
                on catalogue.kpi_id = figures.kpi_id and figures.period_grain = 'month' and figures.dimension = 'all'
                and figures.period_start = month.period_start
            where month.period_start is not null and catalogue.kpi_id in ({in_use})
            """
        )

    def _silent_kpis(self, limits: Limits) -> Iterator[Reading]:
        yield Reading("kpi_values", None, {"why": "history"})
        months = int(limits["months"])
        yield from self._readings(
            f"""
            with figures as (
                select kpi_id, period_start, coalesce(value, 0) <> 0 as told from kpi.marts.kpi_values
                where period_grain = 'month' and dimension = 'all'
            )

            select figures.kpi_id as subject, case when figures.told then 0 else 1 end as value, figures.period_start as month, {months} as months
            from figures
            join figures as earlier on figures.kpi_id = earlier.kpi_id and earlier.told
                and earlier.period_start < figures.period_start and earlier.period_start >= figures.period_start - to_months({months})
            where figures.period_start = {self._last_month()}
            group by all
            having count(*) = {months}
            """
        )

    # --- against the raw rows ---------------------------------------------------------------------------------------

    def _unread_rows(self, limits: Limits) -> Iterator[Reading]:
        views = self._sql("select distinct table_name from duckdb_columns() where schema_name = 'raw_views'").fetchall()
        if len(views) < 2:
            return
        built = {
            tuple(row[:2]): row[2]
            for row in self._sql(
                "select source_name, table_name, sum(raw_rows) from kpi.marts.source_tie_out group by all"
            ).fetchall()
        }
        shown = {
            tuple(row[:2]): row[2]
            for row in self._sql(
                """
            select source_name, table_name, sum(rows) from (
                select source_name, table_name, row_count as rows from kpi.raw_views.files where readable
                union all
                select source_name, table_name, 1 from kpi.raw_views.rejected_lines where raw_row is not null
            ) group by all
            """
            ).fetchall()
        }
        for table in raw_tables():
            place = (table.source, table.name)
            rows, there = int(built.get(place, 0)), int(shown.get(place, 0))
            yield Reading(table.subject, abs(rows - there), {"rows": rows, "shown": there})

    def _rejected_rows(self, limits: Limits) -> Iterator[Reading]:
        yield from self._readings(
            f"""
            select subject, bad / rows as value, bad, rows, rows as size, coalesce(cast(load_day as varchar), '-') as night
            from (
                select source_name || '/' || table_name as subject, load_day, rejected_rows - no_record_rows as bad,
                    raw_rows - no_record_rows as rows
                from kpi.marts.source_tie_out
                where coalesce(load_day <= date '{self._as_of}', true)
                qualify row_number() over (partition by source_name, table_name order by load_day desc nulls last) = 1
            ) where rows > 0
            """,
            limits,
        )

    def _totals(self, limits: Limits) -> Iterator[Reading]:
        """The worst day of each table."""
        yield Reading("source_totals", None, {"why": "totals"})
        for what, what_ru in (("rows", "строк"), ("amount", "сумма")):
            yield from self._readings(
                f"""
                select source_name || '/' || table_name || ', {what}' as subject, cast(told as double) as told, cast(here as double) as here, day,
                    '{what}' as what, '{what_ru}' as what_ru, told as size, cast(abs(here - told) / greatest(abs(told), 1) as double) as value
                from (
                    select *, stated_{what} as told, coalesce(warehouse_{what}, 0) as here from kpi.marts.source_totals
                    where stated_{what} is not null and day < date '{self._as_of}' + 1
                )
                qualify row_number() over (partition by source_name, table_name order by value desc, day desc) = 1
                """,
                limits,
            )

    def _findings(self, limits: Limits) -> Iterator[Reading]:
        yield from self._readings(
            """
            select coalesce(finding, 'none') as subject, coalesce(sum(rows_affected), 0) as value, count(finding) as findings
            from kpi.quality.findings
            group by grouping sets ((finding), ())
            having grouping(finding) = 0 or count(*) = 0
            """
        )

    # --- against the published night --------------------------------------------------------------------------------

    def _changed_past(self, limits: Limits) -> Iterator[Reading]:
        """The month that changed most, of each KPI."""
        if not self._tables["published"]:
            yield Reading("kpi_values", None, {"why": "published"})
        if ("marts", "kpi_values") not in self._tables["published"]:
            return
        yield Reading("kpi_values", None, {"why": "history"})
        yield from self._readings(
            f"""
            select * from (
                select before.kpi_id as subject, before.period_start as month, before.value as before, coalesce(now.value, 0) as now,
                    abs(coalesce(now.value, 0) - before.value) / greatest(abs(before.value), 0.01) as value
                from published.marts.kpi_values as before
                left join kpi.marts.kpi_values as now
                    on before.kpi_id = now.kpi_id and before.period_start = now.period_start
                    and now.period_grain = 'month' and now.dimension = 'all'
                where before.period_grain = 'month' and before.dimension = 'all' and before.is_complete and before.value is not null
                    and before.kpi_id in (select kpi_id from kpi.marts.kpi_catalogue)
                    and before.period_start + to_months(1) < date '{self._as_of}' - {int(limits["settled_days"])}
            )
            qualify row_number() over (partition by subject order by value desc, month) = 1
            """
        )

    def _fewer_rows(self, limits: Limits) -> Iterator[Reading]:
        """No more than a warning after a source was taken out; one that was lost stops the raw gate."""
        if not self._tables["published"]:
            yield Reading("marts", None, {"why": "published"})
        for schema, table in sorted(self._tables["published"] & self._tables["kpi"]):
            if schema == "marts":
                before, rows = (
                    self._sql(f'select count(*) from {database}.{schema}."{table}"').fetchone()[0]
                    for database in ("published", "kpi")
                )
                if before:
                    facts = {"rows": rows, "before": before}
                    mild = before < limits["min_rows"] or self._source_taken_out
                    yield Reading(f"{schema}.{table}", max(0, before - rows) / before, facts, mild)
