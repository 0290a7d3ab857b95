"""The measures of the raw gate: what the landing shows of the raw root, before anything is built on it.

A night is a day on which rows were loaded, by their load stamps in the business's zone, up to the as-of date. Rows
without a stamp are of no night; a table that has no others is looked at as one load.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from flows.gates.checks import Reading
from flows.gates.project import Column, Table, as_of_date, business_zone, moment_of, raw_tables
from flows.gates.settings import Limits

if TYPE_CHECKING:
    import duckdb

# Words that mean nothing, as the models read them (macros/read.sql).
NOTHING = "('', 'null', 'none', 'nan', 'nat', 'n/a', 'false', '-', '--', '{}', '[]')"
NO_RECORD = "('', '0', 'false', 'null', '[]', '{}')"
NO_DATE = "('0', '0000-00-00', '0000-00-00 00:00:00')"
_NUMBER = r"[+-]?[0-9][0-9 .,\x{00A0}\x{2009}\x{202F}]*([eE][+-]?[0-9]+)?|[+-]?[.,][0-9]+"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?|[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{4}( .*)?"
# A coarse reading, for a source that changed its format; the models judge single values (quality.rejected_rows).
PATTERNS = {
    **dict.fromkeys(("integer", "number", "money"), _NUMBER),
    **dict.fromkeys(("date", "timestamp"), _DAY),
    "boolean": "(?i)y|yes|true|t|1|1[.]0|да|n|no|false|f|0|0[.]0|нет",
}


@dataclass(frozen=True)
class Night:
    """What came of one table in one night.

    Attributes:
        rows: all rows.
        kept: those that do not say that their record is gone.
        filled: by column, how many of those have a value.
        unreadable: by column with a type, how many of these values are none of that type; of the newest night alone.
    """

    rows: int
    kept: int
    filled: dict[str, int]
    unreadable: dict[str, int]


@dataclass(frozen=True)
class Profile:
    """A raw table that has rows: its nights, None for rows without a stamp, and its newest stamp (UTC)."""

    table: Table
    nights: dict[date | None, Night]
    newest_stamp: datetime | None

    @property
    def newest(self) -> date | None:
        return max((night for night in self.nights if night), default=None)

    def before(self, days: float) -> list[Night]:
        """The nights before the newest one, of so many days."""
        if not self.newest:
            return []
        since = self.newest - timedelta(days=days)
        return [one for night, one in self.nights.items() if night and since <= night < self.newest]


class Gate:
    """The raw gate on one warehouse.

    Args:
        connection: a connection to which the warehouse is attached as `kpi`.
        settings: by check.

    Attributes:
        off: sources without any rows: the business does not use them.
    """

    def __init__(self, connection: "duckdb.DuckDBPyConnection", settings: dict[str, Limits]):
        self._sql, self._settings = connection.execute, settings
        self._as_of = as_of_date()
        self._present = {
            (schema, name, column)
            for schema, name, column in self._sql(
                "select schema_name, table_name, column_name from duckdb_columns() where database_name = 'kpi'"
            ).fetchall()
        }
        views = {place[:2] for place in self._present}
        if ("raw_landing", "files") not in views:
            raise LookupError("there are no raw tables; run `dbt seed`, which shows the raw root")
        # a table that the views do not know yet is empty
        self._tables = [table for table in raw_tables() if table.view in views]
        whole = [table for table in self._tables if not self._missing(table)]
        self._profiles = [profile for table in whole if (profile := self._profile(table))]
        with_rows = {profile.table.source for profile in self._profiles}
        self.off = sorted({table.source for table in self._tables} - with_rows - {"control"})
        self._sources = sorted({table.source for table in self._tables} - {"control"})

    def measure(self, check: str) -> list[Reading]:
        """The readings of a check."""
        return list(getattr(self, f"_{check}")(self._settings[check]))

    # --- the raw root as a whole ------------------------------------------------------------------------------------

    def _no_data(self, limits: Limits) -> Iterator[Reading]:
        sources = len(self._sources) - len(self.off)
        yield Reading("raw root", sources, {"sources": sources, "known": len(self._sources)})

    def _missing(self, table: Table) -> list[str]:
        needed = [column.name for column in table.columns] + [table.loaded_at, table.deleted, "_raw_file"]
        return [name for name in dict.fromkeys(needed) if (*table.view, name) not in self._present]

    def _missing_columns(self, limits: Limits) -> Iterator[Reading]:
        for table in self._tables:
            missing = self._missing(table)
            yield Reading(table.subject, len(missing), {"columns": ", ".join(missing)})

    def _unreadable_files(self, limits: Limits) -> Iterator[Reading]:
        yield from self._left_out(
            limits,
            "select source_name || '/' || table_name, count(*) filter (not readable), count(*) from kpi.raw_landing.files"
            " group by all",
        )

    def _broken_lines(self, limits: Limits) -> Iterator[Reading]:
        yield from self._left_out(
            limits,
            """
            select subject, sum(bad), sum(bad) + sum(good)
            from (
                select source_name || '/' || table_name as subject, 0 as bad, row_count as good from kpi.raw_landing.files
                union all
                select source_name || '/' || table_name, 1, 0 from kpi.raw_landing.rejected_lines where raw_row is not null
            ) group by all
            """,
        )

    def _left_out(self, limits: Limits, query: str) -> Iterator[Reading]:
        for subject, bad, rows in self._sql(query).fetchall():
            yield Reading(subject, bad / rows if rows else None, {"bad": bad, "rows": rows}, rows < limits["min_rows"])

    def _lost_rows(self, limits: Limits) -> Iterator[Reading]:
        if ("marts", "source_tie_out", "raw_rows") not in self._present:
            return
        query = """
            select subject, coalesce(before, 0), coalesce(now, 0)
            from (
                select source_name || '/' || table_name as subject, sum(raw_rows) as before from kpi.marts.source_tie_out group by all
            ) left join (
                select subject, sum(rows) as now from (
                    select source_name || '/' || table_name as subject, row_count as rows from kpi.raw_landing.files where readable
                    union all
                    select source_name || '/' || table_name, 1 from kpi.raw_landing.rejected_lines where raw_row is not null
                ) group by all
            ) using (subject)
        """
        here = {table.subject for table in self._tables}
        for subject, before, now in self._sql(query).fetchall():
            if subject in here and before:
                yield Reading(subject, max(0, before - now) / before, {"rows": int(now), "before": int(before)})

    # --- tables -----------------------------------------------------------------------------------------------------

    def _profile(self, table: Table) -> Profile | None:
        """The nights of a table that the settings look back to, and its rows without a stamp; None if it has no rows."""
        stamped = self._stamped(table)
        newest, stamp, rows = self._sql(f"select max(night), max(stamp), count(*) from ({stamped})").fetchone()
        if not rows:
            return None
        back = max(limits.parameters.get("history_days", 0) for limits in self._settings.values())
        known, last = "night is null", "true"
        if newest:
            known = f"(night is null or night >= date '{newest}' - {int(back)})"
            last = f"night = date '{newest}'"
        typed = [column for column in table.columns if column.kind in PATTERNS]
        counts = [f"count(*) filter (kept and {_has_value(column)})" for column in table.columns]
        counts += [f"count(*) filter ({last} and kept and {_is_unreadable(column)})" for column in typed]
        query = f"select night, count(*), count(*) filter (kept), {', '.join(counts)} from ({stamped}) where {known} group by night"
        nights, width = {}, len(table.columns)
        for night, rows, kept, *counted in self._sql(query).fetchall():
            filled = {column.name: count for column, count in zip(table.columns, counted)}
            unreadable = {column.name: count for column, count in zip(typed, counted[width:])}
            nights[night] = Night(rows, kept, filled, unreadable)
        return Profile(table, nights, stamp)

    def _stamped(self, table: Table) -> str:
        """The rows that are known on the as-of date, with their stamp (UTC), their night and whether they are kept."""
        source = f"kpi.{_name(table.view[0])}.{_name(table.view[1])}"
        stamp = f"timezone('UTC', try_cast(trim({_name(table.loaded_at)}) as timestamptz))"
        local = f"cast(timezone('{business_zone()}', timezone('UTC', stamp)) as date)"
        gone = f"lower(trim({_name(table.deleted)})) in ('y', 'yes', 'true', 't', '1', 'да')"
        return (
            f"select *, {local} as night, not coalesce({gone}, false) as kept"
            f" from (select *, {stamp} as stamp from {source})"
            f" where stamp is null or {local} <= date '{self._as_of}'"
        )

    def _newest_loads(self) -> Iterator[tuple[Profile, Night]]:
        for profile in self._profiles:
            if newest := profile.nights.get(profile.newest):
                yield profile, newest

    def _vanished_columns(self, limits: Limits) -> Iterator[Reading]:
        for profile, newest in self._newest_loads():
            before = [night for night in profile.before(limits["history_days"]) if night.kept]
            if len(before) < limits["min_nights"]:
                continue
            kept = sum(night.kept for night in before)
            for column, filled in newest.filled.items():
                always = all(night.filled[column] for night in before if 2 * night.kept >= newest.kept)
                share = sum(night.filled[column] for night in before) / kept
                facts = {"rows": newest.kept, "night": profile.newest, "share": share, "nights": len(before)}
                value = newest.kept * share if always and not filled else 0
                yield Reading(f"{profile.table.subject}.{column}", value, facts)

    def _required_values(self, limits: Limits) -> Iterator[Reading]:
        for profile, newest in self._newest_loads():
            for column in profile.table.columns:
                if column.required and newest.kept:
                    bad = newest.kept - newest.filled[column.name]
                    yield _share(profile, column.name, bad, newest.kept, limits)

    def _unreadable_values(self, limits: Limits) -> Iterator[Reading]:
        kinds = {
            (profile.table.subject, column.name): column.kind
            for profile in self._profiles
            for column in profile.table.columns
        }
        for profile, newest in self._newest_loads():
            for column, bad in newest.unreadable.items():
                if rows := newest.filled[column]:
                    yield _share(profile, column, bad, rows, limits, kind=kinds[profile.table.subject, column])

    def _new_words(self, limits: Limits) -> Iterator[Reading]:
        for profile in self._profiles:
            words = [column.name for column in profile.table.columns if column.kind == "enum"]
            if not words or not profile.before(10_000):
                continue
            for column in words:
                bad, rows = self._sql(
                    f"""
                    select coalesce(sum(newest) filter (first = date '{profile.newest}'), 0), coalesce(sum(newest), 0)
                    from (
                        select min(night) as first, count(*) filter (night = date '{profile.newest}') as newest
                        from ({self._stamped(profile.table)})
                        where kept and trim({_name(column)}) <> ''
                        group by lower(trim({_name(column)}))
                    )
                    """
                ).fetchone()
                if rows:
                    yield _share(profile, column, int(bad), int(rows), limits)

    def _doubled_rows(self, limits: Limits) -> Iterator[Reading]:
        for profile in self._profiles:
            table = profile.table
            key = dict.fromkeys(table.key or (column.name for column in table.columns))
            version = [table.version] if table.version and table.version not in key else []
            same = ", ".join(_name(column) for column in [*key, *version])
            night = f"night = date '{profile.newest}'" if profile.newest else "true"
            bad, rows, new_bad, new_rows = self._sql(
                f"""
                select sum(rows - 1), sum(rows), coalesce(sum(rows - 1) filter ({night}), 0), coalesce(sum(rows) filter ({night}), 0)
                from (
                    select any_value(night) as night, count(*) as rows
                    from ({self._stamped(table)})
                    group by {same}, coalesce(cast(stamp as varchar), _raw_file)
                )
                """
            ).fetchone()
            of_all = {"bad": int(bad), "rows": int(rows), "where": "in all", "where_ru": "всего"}
            of_newest = {
                "bad": int(new_bad),
                "rows": int(new_rows),
                "where": f"of {profile.newest}",
                "where_ru": f"за {profile.newest}",
            }
            worst = max(of_all, of_newest, key=lambda one: one["bad"] / one["rows"] if one["rows"] else 0)
            facts = {**worst, "key": ", ".join(key) if table.key else "all columns"}
            yield Reading(table.subject, worst["bad"] / worst["rows"], facts, worst["rows"] < limits["min_rows"])

    # --- nights -----------------------------------------------------------------------------------------------------

    def _low_volume(self, limits: Limits) -> Iterator[Reading]:
        yield from self._volumes(limits)

    def _high_volume(self, limits: Limits) -> Iterator[Reading]:
        yield from self._volumes(limits)

    def _volumes(self, limits: Limits) -> Iterator[Reading]:
        """Rows of the newest night of a source against its nights before that followed the same kind of day."""
        holidays = self._calendar()
        for source in self._sources:
            profiles = [profile for profile in self._profiles if profile.table.source == source]
            nights = sorted({night for profile in profiles for night in profile.nights if night})
            if not nights:
                continue
            newest = nights[-1]
            since = newest - timedelta(days=limits["history_days"])
            works = _works(newest, holidays)
            alike = [night for night in nights if since <= night < newest and _works(night, holidays) == works]
            if len(alike) < limits["min_nights"]:
                continue
            for profile in profiles:
                counts = {night: one.rows for night, one in profile.nights.items()}
                usual = median(counts.get(night, 0) for night in alike)
                if usual >= limits["min_rows"]:
                    rows = counts.get(newest, 0)
                    facts = {"rows": rows, "night": newest, "usual": usual}
                    yield Reading(profile.table.subject, rows / usual, facts, not works)

    def _calendar(self) -> dict[date, bool]:
        """Which days were working ones, by the last build."""
        if ("marts", "dim_date", "is_working_day") not in self._present:
            return {}
        since = self._as_of - timedelta(days=400)
        query = f"select date_day, is_working_day from kpi.marts.dim_date where date_day between date '{since}' and date '{self._as_of}'"
        return dict(self._sql(query).fetchall())

    def _freshness(self, limits: Limits) -> Iterator[Reading]:
        moment = moment_of(self._as_of)
        for source in sorted({profile.table.source for profile in self._profiles}):
            stamps = [one.newest_stamp for one in self._profiles if one.table.source == source and one.newest_stamp]
            if stamps:
                loaded = max(stamps)
                hours = (moment - loaded.replace(tzinfo=UTC)).total_seconds() / 3600
                yield Reading(source, hours, {"loaded": loaded})

    def _totals(self, limits: Limits) -> Iterator[Reading]:
        """Records of whole tables only: totals by day need the models, the marts gate compares them."""
        told = next((profile for profile in self._profiles if profile.table.subject == "control/totals"), None)
        if not told:
            return
        query = f"""
            select source_name || '/' || table_name, arg_max(day, (day, stamp)), arg_max(try_cast(row_count as bigint), (day, stamp)),
                count(distinct (day, stamp)) - count(distinct stamp)
            from ({self._stamped(told.table)})
            where row_count is not null
            group by all
        """
        tables = {profile.table.subject: profile.table for profile in self._profiles}
        for subject, day, stated, by_days in self._sql(query).fetchall():
            if subject not in tables or not tables[subject].key or by_days or stated is None:
                continue
            table = tables[subject]
            here = self._sql(
                f"""
                select count(*) from (
                    select arg_max(kept, (stamp, _raw_file, _raw_row)) as kept from ({self._stamped(table)})
                    group by {", ".join(_name(column) for column in table.key)}
                ) where kept
                """
            ).fetchone()[0]
            facts = {"here": here, "told": stated, "day": day}
            yield Reading(subject, abs(here - stated) / max(stated, 1), facts, stated < limits["min_rows"])


def _share(profile: Profile, column: str, bad: int, rows: int, limits: Limits, **facts: str) -> Reading:
    facts = {"bad": bad, "rows": rows, "night": profile.newest or "-", **facts}
    return Reading(f"{profile.table.subject}.{column}", bad / rows, facts, rows < limits["min_rows"])


def _works(night: date, calendar: dict[date, bool]) -> bool:
    """Whether the day that a night's load brings was a working day."""
    day = night - timedelta(days=1)
    return calendar.get(day, day.weekday() < 5)


def _has_value(column: Column) -> str:
    text = f"trim({_name(column.name)})"
    if column.kind in ("text", "enum", "boolean"):
        return f"{text} <> ''"
    nothing = NO_RECORD if column.kind == "ref" else NOTHING
    blank = f" and {text} not in {NO_DATE}" if PATTERNS.get(column.kind) is _DAY and not column.required else ""
    return f"({text} is not null and lower({text}) not in {nothing}{blank})"


def _is_unreadable(column: Column) -> str:
    return f"{_has_value(column)} and not regexp_full_match(trim({_name(column.name)}), '{PATTERNS[column.kind]}')"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
