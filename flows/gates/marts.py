"""The rules of the marts gate: what was built, against itself, its past, the raw rows and the published night.

What dbt's tests have just proved of the very same rows is not asked again: that every raw row has one status is one of the `findings`.
Two checks look like tests of dbt and see more. `doubled_keys` counts after contacts were masked, which is the last thing that a build does
and may make one member of two. `unread_rows` asks for every table that the models read, also for one that the tie-out has forgotten.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from great_expectations import expectations as gxe
from great_expectations.expectations.row_conditions import Column

from flows import restatements
from flows.base.sql import literal, quoted
from flows.gates.moves import SHOWN, moved
from flows.gates.project import as_of_date, raw_tables
from flows.gates.settings import Limits, SettingsError
from flows.gates.suites import Asked, Held, Unseen, none_let_pass

if TYPE_CHECKING:
    import duckdb

SCORECARDS = {"kpi_values": "kpi_id", "kpi_companions": "companion_id"}
NEEDED = ("kpi_values", "kpi_companions", "kpi_catalogue", "periods", "dim_date", "source_tie_out", "source_totals")
LAST_MONTH = "select max(period_start) from marts.periods where period_grain = 'month' and is_complete"
Rules = Iterator[Held | Asked | Unseen]


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
        self._as_of = f"date '{as_of_date()}'"
        tables = self._sql("select database_name, schema_name, table_name from duckdb_tables()").fetchall()
        self._tables = {
            database: {table[1:] for table in tables if table[0] == database} for database in ("kpi", "published")
        }
        missing = [name for name in NEEDED if ("marts", name) not in self._tables["kpi"]]
        if missing:
            raise LookupError(f"there is no marts.{missing[0]}; run `dbt build`")
        with_rows = self._sources("kpi")
        self.off = sorted({table.source for table in raw_tables()} - with_rows - {"control"})
        self._source_taken_out = bool(self._sources("published") - with_rows)
        self._units = dict(self._sql("select kpi_id, unit from kpi.marts.kpi_catalogue").fetchall())
        self._check_names()

    def rules(self) -> list[Held | Asked | Unseen]:
        """What is held, check by check."""
        return [rule for check, limits in self._settings.items() for rule in getattr(self, f"_{check}")(limits)]

    def _sources(self, database: str) -> set[str]:
        """The sources that a file has rows of."""
        if ("marts", "source_tie_out") not in self._tables[database]:
            return set()
        query = f"select distinct source_name from {database}.marts.source_tie_out"
        return {source for (source,) in self._sql(query).fetchall()}

    def _check_names(self) -> None:
        for name in ("ranges", "day_jump", "week_jump"):
            if unknown := sorted(set(self._settings[name]["kpis"]) - set(self._units)):
                raise SettingsError(f"marts.{name}.kpis: no KPI of marts.kpi_catalogue is called {', '.join(unknown)}")
        if missing := sorted(set(self._units.values()) - set(self._settings["ranges"]["units"])):
            raise SettingsError(
                f"marts.ranges.units: no range for {', '.join(missing)}; add [least, most], null = no bound"
            )

    # --- the scorecard ----------------------------------------------------------------------------------------------

    def _behind(self, limits: Limits) -> Rules:
        as_of = as_of_date()
        yield Held(
            "behind",
            "kpi_values",
            "marts.periods",
            gxe.ExpectColumnMaxToBeBetween,
            arguments={"column": "last_known_day"},
            within=lambda limit: {"min_value": as_of - timedelta(days=1 + limit)},
            figure=lambda result: (as_of - timedelta(days=1) - _day(result)).days,
            facts=lambda result: {"day": _day(result), "as_of": as_of},
        )

    def _not_finished_days(self, limits: Limits) -> Rules:
        for table in SCORECARDS:
            yield Asked(
                "not_finished_days",
                f"marts.{table}",
                f"""
                select '{table}' as subject, count(*) as value, min(scorecard.period_start) as day
                from {{batch}} as scorecard
                left join marts.periods as periods using (period_grain, period_start)
                where scorecard.period_start >= {self._as_of}
                    or scorecard.is_complete and coalesce(periods.period_end >= {self._as_of}, true)
                """,
            )

    def _doubled_keys(self, limits: Limits) -> Rules:
        for table, key in SCORECARDS.items():
            query = f"""
                select {key} as subject, sum(rows - 1) as value
                from (
                    select {key}, count(*) as rows from {{batch}}
                    group by {key}, period_grain, period_start, dimension, dimension_key
                ) group by {key}
            """
            yield Asked(
                "doubled_keys", f"marts.{table}", query, subjects=f"select count(distinct {key}) from marts.{table}"
            )

    def _no_number(self, limits: Limits) -> Rules:
        figures = ("value", "numerator", "denominator", "previous_value", "year_ago_value", "target_value")
        bad = " or ".join(f"not isfinite({figure})" for figure in figures)
        for table, key in SCORECARDS.items():
            query = f"select {key} as subject, count(*) filter ({bad}) as value from {{batch}} group by {key}"
            yield Asked(
                "no_number", f"marts.{table}", query, subjects=f"select count(distinct {key}) from marts.{table}"
            )

    def _ranges(self, limits: Limits) -> Rules:
        """KPIs with the same range are held together where no figure outside it is let pass, and otherwise by their share of such figures."""
        ranges = {kpi: tuple(limits["kpis"].get(kpi) or limits["units"][unit]) for kpi, unit in self._units.items()}
        members = ", ".join(
            f"({literal(kpi)}, {_sql(least)}, {_sql(most)})" for kpi, (least, most) in sorted(ranges.items())
        )
        shares = f"""
            select kpi_id as subject, bad / rows as value, bad, rows, printf('[%s, %s]', coalesce(least, '…'), coalesce(most, '…')) as range, smallest, largest
            from (
                select kpi_id, count(*) filter (value < least or value > most) as bad, count(value) as rows, min(value) as smallest,
                    max(value) as largest, cast(any_value(least) as varchar) as least, cast(any_value(most) as varchar) as most
                from {{batch}}
                join (values {members}) as ranges(kpi_id, least, most) using (kpi_id)
                where least is not null or most is not null
                group by kpi_id
            ) where rows > 0
        """
        together = limits.warning == 0 and not limits.others
        yield Asked("ranges", "marts.kpi_values", shares, only="critical" if together else None)
        for least, most in sorted(set(ranges.values()), key=str) if together else ():
            kpis = sorted(kpi for kpi, bounds in ranges.items() if bounds == (least, most))
            arguments = {
                "column": "value",
                "min_value": least,
                "max_value": most,
                "row_condition": Column("kpi_id").is_in(kpis),
            }
            if least is not None or most is not None:
                theirs = f"select * from ({shares}) where subject in ({', '.join(map(literal, kpis))})"
                kind = gxe.ExpectColumnValuesToBeBetween
                yield none_let_pass(
                    "ranges", f"{len(kpis)} KPIs", "marts.kpi_values", kind, arguments, theirs, limits, self._sql
                )

    def _day_jump(self, limits: Limits) -> Rules:
        same = "if(days.is_working_day, isodow(figures.period_start), 0)"
        yield from self._jumps("day", same, "latest.is_working_day", limits)

    def _week_jump(self, limits: Limits) -> Rules:
        working = "select count(*) from marts.dim_date where week_start = latest.period_start and is_working_day"
        yield from self._jumps("week", "0", f"({working}) >= {limits['working_days']}", limits)

    def _jumps(self, grain: str, same: str, ordinary: str, limits: Limits) -> Rules:
        """The last complete period of each KPI against those before that are of the same kind.

        No more than warnings: ratios; falls of balances, which may end; falls on a holiday, and while a source has not
        been loaded, which explain themselves.
        """
        chosen = ", ".join(map(literal, limits["kpis"] or sorted(self._units)))
        query = f"""
            with figures as (
                select figures.kpi_id, figures.period_start, figures.value, coalesce(figures.denominator, figures.value) as size, {same} as kind,
                    days.is_working_day
                from {{batch}} as figures
                join marts.dim_date as days on figures.period_start = days.date_day
                where figures.period_grain = '{grain}' and figures.dimension = 'all' and figures.is_complete and figures.kpi_id in ({chosen})
            ),

            newest as (select max(period_start) as period_start from marts.periods where period_grain = '{grain}' and is_complete),

            latest as (select figures.* from figures join newest using (period_start) where figures.value is not null)

            select latest.kpi_id as subject, latest.value as figure, list(earlier.value) as before, latest.period_start as period,
                catalogue.kind = 'ratio' as is_ratio, catalogue.kind = 'flow' and {ordinary} as may_stop_falling
            from latest
            join figures as earlier on latest.kpi_id = earlier.kpi_id and latest.kind = earlier.kind
                and earlier.value is not null and earlier.period_start < latest.period_start
                and earlier.period_start >= latest.period_start - {int(limits["history_days"])}
            join marts.kpi_catalogue as catalogue on latest.kpi_id = catalogue.kpi_id
            group by all
            having count(*) >= {limits["min_periods"]} and greatest(median(earlier.size), 0) >= {limits["min_value"]}
        """
        yield Unseen(f"{grain}_jump", "history")
        yield Asked(
            f"{grain}_jump",
            "marts.kpi_values",
            f"""
            select subject, value, figure, usual, {SHOWN}, period,
                is_ratio or is_restless or figure < usual and not (may_stop_falling and {not self._stale_sources()}) as is_mild
            from ({moved(query, limits)})
            """,
        )

    def _stale_sources(self) -> list[tuple]:
        """Sources that no load of the as-of day brought anything of."""
        return self._sql(f"""
            select source_name from marts.source_tie_out where source_name not in ('files', 'control') and load_day <= {self._as_of}
            group by source_name having max(load_day) < {self._as_of}
        """).fetchall()

    def _missing_kpis(self, limits: Limits) -> Rules:
        """KPIs that have rows at all, or had any when they were published: those of sources not in use have none."""
        yield Unseen("missing_kpis", "history")
        known = ["kpi", "published"] if ("marts", "kpi_values") in self._tables["published"] else ["kpi"]
        in_use = " union ".join(f"select kpi_id from {one}.marts.kpi_values where dimension = 'all'" for one in known)
        kpis = {kpi for (kpi,) in self._sql(in_use).fetchall()} & set(self._units)
        month = self._sql(LAST_MONTH).fetchone()[0]
        there = f"select kpi_id from marts.kpi_values where period_grain = 'month' and dimension = 'all' and period_start = ({LAST_MONTH})"
        missing = kpis - {kpi for (kpi,) in self._sql(there).fetchall()}
        is_last = (
            (Column("period_grain") == "month") & (Column("dimension") == "all") & (Column("period_start") == month)
        )
        for some in _together(kpis, limits) if month else ():
            yield Held(
                "missing_kpis",
                some[0],
                "marts.kpi_values",
                gxe.ExpectColumnDistinctValuesToContainSet,
                arguments={"column": "kpi_id", "row_condition": is_last},
                within=lambda limit, some=some: {"value_set": some if limit < 1 else []},
                figure=lambda result: 1,
                names=lambda result, some=some: [
                    {"subject": kpi, "value": 1, "month": month} for kpi in some if kpi in missing
                ],
                mild=self._source_taken_out,
                size=len(some),
            )

    def _silent_kpis(self, limits: Limits) -> Rules:
        yield Unseen("silent_kpis", "history")
        months = int(limits["months"])
        yield Asked(
            "silent_kpis",
            "marts.kpi_values",
            f"""
            with figures as (
                select kpi_id, period_start, coalesce(value, 0) <> 0 as told from {{batch}} as scorecard
                where period_grain = 'month' and dimension = 'all'
            )

            select figures.kpi_id as subject, if(figures.told, 0, 1) as value, figures.period_start as month, {months} as months
            from figures
            join figures as earlier on figures.kpi_id = earlier.kpi_id and earlier.told
                and earlier.period_start < figures.period_start and earlier.period_start >= figures.period_start - to_months({months})
            where figures.period_start = ({LAST_MONTH})
            group by all
            having count(*) = {months}
            """,
        )

    # --- against the raw rows ---------------------------------------------------------------------------------------

    def _unread_rows(self, limits: Limits) -> Rules:
        views = self._sql("select distinct table_name from duckdb_columns() where schema_name = 'raw_views'").fetchall()
        if len(views) < 2:
            return
        read = ", ".join(f"({literal(table.source)}, {literal(table.name)})" for table in raw_tables())
        yield Asked(
            "unread_rows",
            "marts.source_tie_out",
            f"""
            with tables(source_name, table_name) as (values {read}),

            built as (select source_name, table_name, sum(raw_rows) as rows from {{batch}} as tie_out group by all),

            files_shown as (
                select source_name, table_name, sum(rows) as shown
                from (
                    select source_name, table_name, row_count as rows from raw_views.files where readable
                    union all
                    select source_name, table_name, 1 from raw_views.rejected_lines where raw_row is not null
                ) group by all
            )

            select source_name || '/' || table_name as subject, coalesce(rows, 0) as rows, coalesce(shown, 0) as shown,
                abs(coalesce(rows, 0) - coalesce(shown, 0)) as value
            from tables left join built using (source_name, table_name) left join files_shown using (source_name, table_name)
            """,
        )

    def _rejected_rows(self, limits: Limits) -> Rules:
        yield Asked(
            "rejected_rows",
            "marts.source_tie_out",
            f"""
            select subject, bad / rows as value, bad, rows, rows < {limits["min_rows"]} as is_mild, coalesce(cast(load_day as varchar), '-') as night
            from (
                select source_name || '/' || table_name as subject, load_day, rejected_rows - no_record_rows as bad,
                    raw_rows - no_record_rows as rows
                from {{batch}}
                where coalesce(load_day <= {self._as_of}, true)
                qualify row_number() over (partition by source_name, table_name order by load_day desc nulls last) = 1
            ) where rows > 0
            """,
        )

    def _totals(self, limits: Limits) -> Rules:
        """The worst day of each table."""
        yield Unseen("totals", "totals")
        for what, what_ru in (("rows", "строк"), ("amount", "сумма")):
            yield Asked(
                "totals",
                "marts.source_totals",
                f"""
                select source_name || '/' || table_name || ', {what}' as subject, cast(told as double) as told, cast(here as double) as here, day,
                    '{what}' as what, '{what_ru}' as what_ru, told < {limits["min_rows"]} as is_mild,
                    cast(abs(here - told) / greatest(abs(told), 1) as double) as value
                from (
                    select *, stated_{what} as told, coalesce(warehouse_{what}, 0) as here from {{batch}}
                    where stated_{what} is not null and day < {self._as_of} + 1
                )
                qualify row_number() over (partition by source_name, table_name order by value desc, day desc) = 1
                """,
            )

    def _findings(self, limits: Limits) -> Rules:
        found = self._sql("select finding, count(*) from quality.findings group by finding").fetchall()
        if not found:
            yield Held(
                "findings", "none", "quality.findings", gxe.ExpectTableRowCountToBeBetween,
                within=lambda limit: {"max_value": int(limit)}, figure=_observed,
            )  # fmt: skip
        for finding, count in found:
            yield Held(
                "findings",
                finding,
                "quality.findings",
                gxe.ExpectColumnSumToBeBetween,
                arguments={"column": "rows_affected", "row_condition": Column("finding") == finding},
                within=lambda limit: {"max_value": limit},
                figure=_observed,
                facts=lambda result, count=count: {"findings": count},
            )

    # --- against the published night --------------------------------------------------------------------------------

    def _changed_past(self, limits: Limits) -> Rules:
        """The month that changed most, of each KPI."""
        if not self._tables["published"]:
            yield Unseen("changed_past", "published")
        if ("marts", "kpi_values") not in self._tables["published"]:
            return
        yield Unseen("changed_past", "history")
        yield Asked(
            "changed_past",
            "marts.kpi_values",
            f"""
            select * from (
                select before.kpi_id as subject, before.period_start as month, before.value as before, coalesce(now.value, 0) as now,
                    abs(coalesce(now.value, 0) - before.value) / greatest(abs(before.value), 0.01) as value
                from published.marts.kpi_values as before
                left join {{batch}} as now
                    on before.kpi_id = now.kpi_id and before.period_start = now.period_start
                    and now.period_grain = 'month' and now.dimension = 'all'
                where before.period_grain = 'month' and before.dimension = 'all' and before.is_complete and before.value is not null
                    and before.kpi_id in (select kpi_id from marts.kpi_catalogue)
                    and before.period_start + to_months(1) < {self._as_of} - {int(limits["settled_days"])}
            )
            qualify row_number() over (partition by subject order by value desc, month) = 1
            """,
        )

    def _fewer_rows(self, limits: Limits) -> Rules:
        """No more than a warning after a source was taken out; one that was lost stops the raw gate."""
        if not self._tables["published"]:
            yield Unseen("fewer_rows", "published")
        both = sorted(
            table
            for schema, table in self._tables["published"] & self._tables["kpi"]
            if schema == "marts" and table not in restatements.TABLES  # which publishing fills
        )
        counts = " union all ".join(
            f"select 'marts.{table}' as subject, (select count(*) from {place}) as rows,"
            f" (select count(*) from published.marts.{quoted(table)}) as before"
            for table in both
            for place in ["{batch}" if table == both[0] else f"marts.{quoted(table)}"]
        )
        if both:
            yield Asked(
                "fewer_rows",
                f"marts.{both[0]}",
                f"""
                select *, greatest(before - rows, 0) / before as value, before < {limits["min_rows"]} or {self._source_taken_out} as is_mild
                from ({counts}) where before > 0
                """,
            )


def _together(subjects: Iterable[str], limits: Limits) -> list[list[str]]:
    """Subjects that one expectation holds: all that have no limit of their own, and each of the others."""
    own = [[subject] for subject in sorted(subjects) if limits.has_own(subject)]
    usual = [subject for subject in sorted(subjects) if not limits.has_own(subject)]
    return [usual, *own] if usual else own


def _sql(bound: float | None) -> str:
    return "null::double" if bound is None else f"{bound}"


def _observed(result: dict[str, Any]) -> Any:
    return result["observed_value"]


def _day(result: dict[str, Any]) -> date:
    return date.fromisoformat(str(result["observed_value"])[:10])


def _share(result: dict[str, Any]) -> float | None:
    """The share of unexpected values; None where there are none."""
    percent = result["unexpected_percent"]
    return None if percent is None else percent / 100
