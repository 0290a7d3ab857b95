"""The measures of the raw gate: what the raw views show of the raw root, before anything is built on it.

A night is a day on which rows were loaded, by their load stamps in the business's zone, up to the as-of date. Rows
without a stamp are of no night; a table that has no others is looked at as one load. What came is compared with the nights
before that followed the same kind of day: the rows here, the values in `values.py`, ratios in `moves.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from great_expectations import expectations as gxe
from great_expectations.expectations.row_conditions import Column as Condition

from flows.base.clock import business_zone
from flows.base.sql import quoted
from flows.gates import values
from flows.gates.checks import Reading
from flows.gates.moves import LEAST, SHOWN, in_words, moved
from flows.gates.project import Column, Table, any_of, as_of_date, moment_of, raw_tables, words
from flows.gates.settings import Limits
from flows.gates.suites import FIGURES, STORE, Asked, Held, Unseen, asked, by_name, none_let_pass, stored

if TYPE_CHECKING:
    import duckdb

_SIGN = r"[-+\x{2010}-\x{2015}\x{2212}]?"
_BLANKS = r"\p{Z}*"
_DIGITS = r"[.,]?[0-9][0-9.,\p{Z}\x27\x60\x{00B4}\x{02BC}\x{2018}\x{2019}]*([eE][+-]?[0-9]+)?"
_NUMBER = rf"[(]?{_SIGN}{_DIGITS}{_SIGN}[)]?"
# A currency's code, word or sign, beside an amount.
_CURRENCY = "|".join(rf"{any_of(code, *names)}[.]?" for code, names in words("currency_words").items())
_MONEY = rf"[(]?{_SIGN}({_CURRENCY})?{_BLANKS}{_SIGN}{_DIGITS}{_SIGN}({_CURRENCY})?[)]?{_BLANKS}({_CURRENCY})?"
_DAY = "|".join(
    [
        "[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}([ T,].*)?",
        "[0-9]{1,2}[-./][0-9]{1,2}[-./]([0-9]{2}|[0-9]{4})([ T,].*)?",
        "[0-9]{1,2}[ -][A-Za-zА-Яа-яё.]+[ -][0-9]{4}.*",
        "[0-9]{4}-?W[0-9]{2}(-?[1-7])?",
        "[0-9]{5}([.,][0-9]+)?|(19|20)[0-9]{6}([0-9]{6})?|1[0-9]{9}([0-9]{3}){0,2}",
    ]
)
# What stands before and after a value and is none of it.
_AROUND = r"[\s\p{Z}\p{Cf}\p{Cc}]*"
ALIKE = 0.9  # the least by the most rows of a table that comes whole every night
# A coarse reading, for a source that changed its format; the models judge single values (quality.rejected_rows).
PATTERNS = {
    **dict.fromkeys(("integer", "number"), _NUMBER),
    "money": _MONEY,
    **dict.fromkeys(("share", "percent"), f"({_NUMBER}) ?%?"),
    **dict.fromkeys(("date", "timestamp"), _DAY),
    "boolean": any_of(*words("true_words"), *words("false_words")),
}
MOVABLE = "select subject, figure, before, step, night, rows, is_mild from {batch}"
REFERENCES = ("ref", "first", "multifield")  # a 0 in them is nothing


@dataclass(frozen=True)
class Night:
    """What came of one table in one night.

    Attributes:
        rows: all rows.
        kept: those that do not say that their record is gone.
        filled: by column, how many of those have a value.
        unreadable: by column with a type, how many of these values are none of that type; of the newest night alone.
        values: what the values were, by column.
    """

    rows: int
    kept: int
    filled: dict[str, int]
    unreadable: dict[str, int]
    values: dict[str, values.Values]


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
        columns = self._sql(
            "select database_name, schema_name, table_name, column_name from duckdb_columns()"
        ).fetchall()
        self._present = {
            place for database, *place in map(tuple, columns) if database == "kpi" for place in [tuple(place)]
        }
        # what was built before: the published version or, where there is none, the warehouse itself
        published = {tuple(place) for database, *place in columns if database == "published"}
        self._before, self._built = ("published", published) if published else ("kpi", self._present)
        views = {place[:2] for place in self._present}
        if ("raw_views", "files") not in views:
            raise LookupError("there are no raw tables; run `dbt seed`, which shows the raw root")
        # a table that the views do not know yet is empty
        self._tables = [table for table in raw_tables() if table.view in views]
        whole = [table for table in self._tables if not self._missing(table)]
        self._profiles = [profile for table in whole if (profile := self._profile(table))]
        with_rows = {profile.table.source for profile in self._profiles}
        self.off = sorted({table.source for table in self._tables} - with_rows - {"control"})
        self._sources = sorted({table.source for table in self._tables} - {"control"})
        self._working_days = self._calendar()
        loads = [
            {"source_name": one.table.source, "table_name": one.table.name, "loaded_at": one.newest_stamp}
            for one in self._profiles
        ]
        nothing = {"source_name": "control", "table_name": "", "loaded_at": None}
        self._loads = stored("loads", loads or [nothing])

    def rules(self) -> list[Held | Asked | Unseen]:
        """What is held, check by check."""
        return [rule for check in self._settings for rule in self._rules(check)]

    def _rules(self, check: str) -> Iterator[Held | Asked | Unseen]:
        limits = self._settings[check]
        found = list(getattr(self, f"_{check}")(limits))
        yield from (one for one in found if not isinstance(one, Reading))
        query = {"medians": _medians, "sums": _sums}.get(check, lambda limits: FIGURES)(limits)
        yield from asked(check, [one for one in found if isinstance(one, Reading)], query)

    # --- the raw root as a whole ------------------------------------------------------------------------------------

    def _no_data(self, limits: Limits) -> Iterator[Held]:
        yield Held(
            "no_data",
            "raw root",
            self._loads,
            gxe.ExpectColumnUniqueValueCountToBeBetween,
            arguments={"column": "source_name", "row_condition": Condition("source_name") != "control"},
            within=lambda limit: {"min_value": limit},
            figure=lambda result: result["observed_value"],
            facts=lambda result: {"sources": result["observed_value"], "known": len(self._sources)},
        )

    def _missing(self, table: Table) -> list[str]:
        return [name for name in self._needed(table) if (*table.view, name) not in self._present]

    def _needed(self, table: Table) -> list[str]:
        needed = [column.name for column in table.columns] + [table.loaded_at, table.deleted, "_raw_file"]
        return list(dict.fromkeys(needed))

    def _missing_columns(self, limits: Limits) -> Iterator[Held | Reading]:
        """All tables are held together where no column may be missing."""
        missing = {table.subject: self._missing(table) for table in self._tables}
        if limits.others or limits.critical or limits.warning:
            yield from (
                Reading(subject, len(names), {"columns": ", ".join(names)}) for subject, names in missing.items()
            )
            return
        needed = [".".join((*table.view, name)) for table in self._tables for name in self._needed(table)]
        yield Held(
            "missing_columns",
            f"{len(self._tables)} tables",
            stored("columns", [{"name": ".".join(place)} for place in sorted(self._present)]),
            gxe.ExpectColumnDistinctValuesToContainSet,
            arguments={"column": "name"},
            within=lambda limit: {"value_set": needed},
            figure=lambda result: result["missing_count"],
            names=lambda result: [
                {"subject": subject, "value": len(names), "columns": ", ".join(names)}
                for subject, names in missing.items()
                if names
            ],
            size=len(self._tables),
        )

    def _unreadable_files(self, limits: Limits) -> Iterator[Held | Asked]:
        """All files are held together where each must be readable, and otherwise by their share of a table's files."""
        shares = f"""
            select *, bad / rows as value, rows < {limits["min_rows"]} as is_mild
            from (
                select source_name || '/' || table_name as subject, count(*) filter (not readable) as bad, count(*) as rows
                from {{batch}} group by all
            )
        """
        together = limits.warning == 0 and not limits.others
        yield Asked("unreadable_files", "raw_views.files", shares, only="critical" if together else None)
        if together:
            arguments = {"column": "readable", "value_set": [True]}
            kind = gxe.ExpectColumnValuesToBeInSet
            yield none_let_pass(
                "unreadable_files", "all files", "raw_views.files", kind, arguments, shares, limits, self._sql
            )

    def _broken_lines(self, limits: Limits) -> Iterator[Reading]:
        yield from self._left_out(
            limits,
            """
            select subject, sum(bad), sum(bad) + sum(good)
            from (
                select source_name || '/' || table_name as subject, 0 as bad, row_count as good from kpi.raw_views.files
                union all
                select source_name || '/' || table_name, 1, 0 from kpi.raw_views.rejected_lines
                where raw_row is not null and reason not like '%, no record'
            ) group by all
            """,
        )

    def _left_out(self, limits: Limits, query: str) -> Iterator[Reading]:
        for subject, bad, rows in self._sql(query).fetchall():
            yield Reading(subject, bad / rows if rows else None, {"bad": bad, "rows": rows}, rows < limits["min_rows"])

    def _lost_rows(self, limits: Limits) -> Iterator[Reading]:
        if ("marts", "source_tie_out", "raw_rows") not in self._built:
            if self._before == "kpi":
                yield Reading("raw root", None, {"why": "published"})
            return
        query = """
            select source_name || '/' || table_name, sum(rows) from (
                select source_name, table_name, row_count as rows from kpi.raw_views.files where readable
                union all
                select source_name, table_name, 1 from kpi.raw_views.rejected_lines where raw_row is not null
            ) group by all
        """
        here, now = {table.subject for table in self._tables}, dict(self._sql(query).fetchall())
        for subject, before in self._built_rows().items():
            rows = int(now.get(subject, 0))
            if subject in here and before:
                yield Reading(subject, max(0, before - rows) / before, {"rows": rows, "before": before})

    def _built_rows(self) -> dict[str, int]:
        """The raw rows of each table at the last build; those of a later day than the as-of day tell nothing of it."""
        if ("marts", "source_tie_out", "raw_rows") not in self._built:
            return {}
        query = f"""
            select source_name || '/' || table_name, sum(raw_rows) from {self._before}.marts.source_tie_out
            where load_day <= date '{self._as_of}' or load_day is null group by all
        """
        return {subject: int(rows) for subject, rows in self._sql(query).fetchall()}

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
        recent = f"select * from ({stamped}) where {known}"
        typed = [column for column in table.columns if column.kind in PATTERNS]
        looks = values.looks(self._sql, recent, table, newest, business_zone(), self._settings) if newest else []
        measured = [f"count(*) filter (kept and {_has_value(column)})" for column in table.columns]
        measured += [f"count(*) filter ({last} and kept and {_is_unreadable(column)})" for column in typed]
        measured += [look.measured for look in looks]
        read = "".join(f", {look.read}" for look in looks)
        query = f"select night, count(*), count(*) filter (kept), {', '.join(measured)} from (select *{read} from ({recent})) group by night"
        nights, width = {}, len(table.columns)
        for night, rows, kept, *found in self._sql(query).fetchall():
            filled = {column.name: count for column, count in zip(table.columns, found)}
            unreadable = {column.name: count for column, count in zip(typed, found[width:])}
            told = {look.column: values.Values(**value) for look, value in zip(looks, found[width + len(typed) :])}
            nights[night] = Night(rows, kept, filled, unreadable, told)
        return Profile(table, nights, stamp)

    def _stamped(self, table: Table) -> str:
        """The rows that are known on the as-of date, with their stamp (UTC), their night and whether they are kept."""
        source = f"kpi.{quoted(table.view[0])}.{quoted(table.view[1])}"
        stamp = f"timezone('UTC', try_cast(trim({quoted(table.loaded_at)}) as timestamptz))"
        zone, tomorrow = business_zone(), self._as_of + timedelta(days=1)
        night = f"cast(timezone('{zone}', timezone('UTC', stamp)) as date)"
        gone = f"regexp_full_match(trim({quoted(table.deleted)}), '{any_of(*words('true_words'))}')"
        return (
            f"select *, {night} as night, not coalesce({gone}, false) as kept"
            f" from (select *, {stamp} as stamp from {source})"
            f" where stamp is null or stamp < timezone('UTC', timezone('{zone}', timestamp '{tomorrow}'))"
        )

    def _newest_loads(self) -> Iterator[tuple[Profile, Night]]:
        for profile in self._profiles:
            if newest := profile.nights.get(profile.newest):
                yield profile, newest

    def _vanished_columns(self, limits: Limits) -> Iterator[Reading]:
        for profile, newest in self._newest_loads():
            before = [night for night in profile.before(limits["history_days"]) if night.kept]
            if len(before) < limits["min_nights"]:
                yield Reading(profile.table.subject, None, {"why": "history" if profile.newest else "stamps"})
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
                if column.required:
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
                rows, kind = newest.filled[column], kinds[profile.table.subject, column]
                yield _share(profile, column, bad, rows, limits, kind=kind)

    def _new_words(self, limits: Limits) -> Iterator[Reading]:
        for profile in self._profiles:
            words = [column.name for column in profile.table.columns if column.kind == "enum"]
            if words and not profile.before(10_000):
                yield Reading(profile.table.subject, None, {"why": "history" if profile.newest else "stamps"})
            if not words or not profile.before(10_000):
                continue
            for column in words:
                bad, rows = self._sql(
                    f"""
                    select coalesce(sum(newest) filter (first = date '{profile.newest}'), 0), coalesce(sum(newest), 0)
                    from (
                        select min(night) as first, count(*) filter (night = date '{profile.newest}') as newest
                        from ({self._stamped(profile.table)})
                        where kept and trim({quoted(column)}) <> ''
                        group by lower(trim({quoted(column)}))
                    )
                    """
                ).fetchone()
                yield _share(profile, column, int(bad), int(rows), limits)

    def _doubled_rows(self, limits: Limits) -> Iterator[Reading]:
        for profile in self._profiles:
            table = profile.table
            key = dict.fromkeys((*table.key, *table.parts) if table.key else (column.name for column in table.columns))
            version = [table.version] if table.version and table.version not in key else []
            same = ", ".join(quoted(column) for column in [*key, *version])
            night = f"night = date '{profile.newest}'" if profile.newest else "true"
            bad, rows, new_bad, new_rows = self._sql(
                f"""
                select sum(rows - 1), sum(rows), coalesce(sum(rows - 1) filter ({night}), 0), coalesce(sum(rows) filter ({night}), 0)
                from (
                    select any_value(night) as night, count(*) as rows
                    from ({self._stamped(table)})
                    group by hash({same}, stamp, if(stamp is null, _raw_file, null))
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

    def _low_volume(self, limits: Limits) -> Iterator[Held | Unseen]:
        yield from self._volumes("low_volume", limits)

    def _high_volume(self, limits: Limits) -> Iterator[Held | Unseen]:
        yield from self._volumes("high_volume", limits)

    def _volumes(self, check: str, limits: Limits) -> Iterator[Held | Unseen]:
        """Rows of the newest night of a source against its nights before that followed the same kind of day.

        A low one is no more than a warning after a holiday, and while nothing was built that tells which days are holidays.
        """
        for source in self._sources:
            profiles = [profile for profile in self._profiles if profile.table.source == source]
            newest = self._newest_of(source)
            if not newest:
                yield Unseen(check, "stamps")
                continue
            nights = sorted({night for profile in profiles for night in profile.nights if night})
            alike = self._alike(nights, newest, limits)
            if len(alike) < limits["min_nights"]:
                yield Unseen(check, "history")
                continue
            counts = [
                {
                    "subject": profile.table.subject,
                    "figure": float(profile.nights[newest].rows if newest in profile.nights else 0),
                    "before": [float(profile.nights[night].rows if night in profile.nights else 0) for night in alike],
                }
                for profile in profiles
            ]
            tables = {profile.table.subject: profile.table for profile in profiles}
            for move in by_name(self._sql, moved(f"select * from {stored('volumes', counts)}", limits)):
                if move["usual"] < limits["min_rows"]:
                    yield Unseen(check, "history")
                else:
                    uncertain = check == "low_volume" and not (self._working_days and self._works(newest))
                    yield _volume(check, self._with_nights(tables[move["subject"]]), move, newest, uncertain, limits)

    def _with_nights(self, table: Table) -> str:
        """A view of a raw table that tells the night of each row."""
        name = f"{STORE}.{table.source}_{table.name}"
        self._sql(f"create or replace view memory.{name} as {self._stamped(table)}")
        return name

    def _newest_of(self, source: str) -> date | None:
        """The newest night of a source."""
        newest = (profile.newest for profile in self._profiles if profile.table.source == source)
        return max(filter(None, newest), default=None)

    def _alike(self, nights: list[date], newest: date, limits: Limits) -> list[date]:
        """The nights before the newest one that followed the same kind of day, working or not."""
        since, works = newest - timedelta(days=limits["history_days"]), self._works(newest)
        return [night for night in nights if since <= night < newest and self._works(night) == works]

    # --- values (values.py) -----------------------------------------------------------------------------------------

    def _compared(self, limits: Limits) -> Iterator[tuple[Profile, Night, list[Night]] | Reading]:
        """The newest load of each table beside those before that followed the same kind of day, or why there is none."""
        for profile in self._profiles:
            newest = profile.newest
            if not newest:
                yield Reading(profile.table.subject, None, {"why": "stamps"})
            elif newest < self._newest_of(profile.table.source):
                yield Reading(profile.table.subject, None, {"why": "values"})
            elif profile.nights[newest].kept < limits["least_rows"]:
                yield Reading(profile.table.subject, None, {"why": "few"})
            else:
                alike = self._alike([night for night in profile.nights if night], newest, limits)
                before = [
                    profile.nights[night] for night in alike if profile.nights[night].kept >= limits["least_rows"]
                ]
                if len(before) < limits["min_nights"]:
                    yield Reading(profile.table.subject, None, {"why": "history"})
                else:
                    yield profile, profile.nights[newest], before

    def _by_column(self, check: str, limits: Limits) -> Iterator[Reading]:
        for one in self._compared(limits):
            if isinstance(one, Reading):
                yield one
            else:
                profile, newest, before = one
                yield Reading(profile.table.subject, None, {"why": "values"})
                for column in profile.table.columns:
                    subject = f"{profile.table.subject}.{column.name}"
                    for reading in getattr(values, check)(subject, column, newest, before, limits):
                        facts = {**reading.facts, "night": profile.newest, "rows": newest.kept}
                        mild = reading.mild or newest.kept < limits["min_rows"]
                        yield Reading(subject, reading.value, facts, mild)

    def _medians(self, limits: Limits) -> Iterator[Reading]:
        yield from self._by_column("medians", limits)

    def _sums(self, limits: Limits) -> Iterator[Reading]:
        yield from self._by_column("sums", limits)

    def _signs(self, limits: Limits) -> Iterator[Reading]:
        yield from self._by_column("signs", limits)

    def _word_shares(self, limits: Limits) -> Iterator[Reading]:
        yield from self._by_column("word_shares", limits)

    def _empty_shares(self, limits: Limits) -> Iterator[Reading]:
        yield from self._by_column("empty_shares", limits)

    def _renamed_members(self, limits: Limits) -> Iterator[Reading]:
        yield from self._by_column("renamed_members", limits)

    def _hours(self, limits: Limits) -> Iterator[Reading]:
        yield from self._by_column("hours", limits)

    def _early_ends(self, limits: Limits) -> Iterator[Reading]:
        yield from self._by_column("early_ends", limits)

    def _thin_days(self, limits: Limits) -> Iterator[Reading]:
        yield from self._by_column("thin_days", limits)

    def _future_times(self, limits: Limits) -> Iterator[Reading]:
        yield from self._by_column("future_times", limits)

    def _equal_records(self, limits: Limits) -> Iterator[Reading]:
        """Records of the newest load that another one, of it or of one before, equals in all but its id."""
        for one in self._compared(limits):
            if isinstance(one, Reading):
                yield one
                continue
            profile, newest, _ = one
            query = values.equal_records(
                self._stamped(profile.table), profile.table, profile.newest, limits["history_days"]
            )
            found = {night: (bad, rows) for night, bad, rows in self._sql(query).fetchall()} if query else {}
            if profile.newest not in found:
                yield Reading(profile.table.subject, None, {"why": "values"})
                continue
            bad, rows = found.pop(profile.newest)
            # the first nights have nothing before them to be equal to
            earlier = [bad / rows for _, (bad, rows) in sorted(found.items())[len(found) // 2 :]]
            facts = {"bad": bad, "rows": rows, "night": profile.newest}
            mild = rows < limits["min_rows"]
            yield Reading(profile.table.subject, values.beyond(bad / rows, earlier), facts, mild)

    def _emptied_tables(self, limits: Limits) -> Iterator[Reading]:
        """Known records that the newest night marks as deleted; tables that came whole every night, or had rows at the last
        build, and have none any more."""
        with_rows = {profile.table.subject for profile in self._profiles}
        for table in self._tables:
            if table.subject in with_rows or self._missing(table):  # what lacks a column is named by another check
                continue
            if built := self._built_rows().get(table.subject):
                facts = {"gone": built, "known": built, "night": self._newest_of(table.source) or "-"}
                yield Reading(table.subject, 1, facts, built < limits["min_rows"])
        for profile in self._profiles:
            table, newest = profile.table, self._newest_of(profile.table.source)
            if not newest or not table.ids:
                yield Reading(table.subject, None, {"why": "stamps"})
                continue
            last = profile.nights.get(newest)
            if last and last.kept < last.rows:
                gone, known = self._deleted(table, newest)
            elif not last and self._came_whole(profile, limits):
                gone = known = profile.nights[profile.newest].kept
            else:
                gone, known = 0, limits["min_rows"]
            facts = {"gone": gone, "known": known, "night": newest}
            yield Reading(table.subject, gone / max(known, 1), facts, known < limits["min_rows"])

    def _deleted(self, table: Table, night: date) -> tuple[int, int]:
        """The records that a night marks as deleted, and those known before."""
        return self._sql(
            f"""
            select count(*) filter (gone and known), count(*) filter (known)
            from (
                select bool_or(not kept and night = date '{night}') as gone, bool_or(kept and coalesce(night < date '{night}', true)) as known
                from ({self._stamped(table)})
                group by {", ".join(quoted(column) for column in table.ids)}
            )
            """
        ).fetchone()

    def _came_whole(self, profile: Profile, limits: Limits) -> bool:
        """Whether about the same number of rows came in each night of the source, between the table's first and newest."""
        if profile.newest is None:  # rows without a load stamp tell of no night
            return False
        back = profile.newest - timedelta(days=limits["history_days"])
        since = min(night for night in profile.nights if night and night >= back)
        others = [one for one in self._profiles if one.table.source == profile.table.source]
        nights = {night for one in others for night in one.nights if night and since <= night <= profile.newest}
        counts = [profile.nights[night].kept if night in profile.nights else 0 for night in nights]
        return len(counts) >= limits["min_nights"] and min(counts) >= ALIKE * max(counts)

    def _calendar(self) -> dict[date, bool]:
        """Which days were working ones, by what was built before; {} before the first build: Monday to Friday."""
        if ("marts", "dim_date", "is_working_day") not in self._built:
            return {}
        since = self._as_of - timedelta(days=400)
        query = f"select date_day, is_working_day from {self._before}.marts.dim_date where date_day between date '{since}' and date '{self._as_of}'"
        return dict(self._sql(query).fetchall())

    def _works(self, night: date) -> bool:
        """Whether the day that a night's load brings was a working day."""
        day = night - timedelta(days=1)
        return self._working_days.get(day, day.weekday() < 5)

    def _freshness(self, limits: Limits) -> Iterator[Held | Unseen]:
        moment = moment_of(self._as_of).replace(tzinfo=None)
        for source in sorted({profile.table.source for profile in self._profiles}):
            yield Held(
                "freshness",
                source,
                self._loads,
                gxe.ExpectColumnMaxToBeBetween,
                arguments={"column": "loaded_at", "row_condition": Condition("source_name") == source},
                within=lambda limit: {"min_value": moment - timedelta(hours=limit)},
                figure=lambda result: _hours(moment, result),
                facts=lambda result: {"loaded": _moment(result)},
            )
        yield Unseen("freshness", "stamps")

    def _totals(self, limits: Limits) -> Iterator[Reading]:
        """Records of whole tables only: totals by day need the models, the marts gate compares them."""
        told = next((profile for profile in self._profiles if profile.table.subject == "control/totals"), None)
        yield Reading("control/totals", None, {"why": "totals"})
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
                    group by {", ".join(quoted(column) for column in table.key)}
                ) where kept
                """
            ).fetchone()[0]
            facts = {"here": here, "told": stated, "day": day}
            yield Reading(subject, abs(here - stated) / max(stated, 1), facts, stated < limits["min_rows"])


def _volume(check: str, table: str, move: dict[str, Any], newest: date, uncertain: bool, limits: Limits) -> Held:
    """The rows of the newest night, held to the usual number multiplied or divided by the limit."""
    usual, widened = move["usual"], min(move["own"], limits["widest"])
    sign = 1 if check == "high_volume" else -1

    def within(limit: float) -> dict[str, Any]:
        ratio = limit * widened
        if sign > 0:
            return {"max_value": floor(usual * ratio + 1e-9)}
        return {"min_value": ceil(usual / ratio - 1e-9) if ratio < 1 / LEAST else 0}

    def ratio(rows: int) -> float:
        return max(1, (rows / usual) if sign > 0 else usual / max(rows, LEAST * usual))

    def facts(result: dict[str, Any]) -> dict[str, Any]:
        rows = result["observed_value"]
        words = {"ratio": in_words(ratio(rows)), "own": in_words(move["own"])}
        return {"figure": rows, "usual": usual, "night": newest, **words}

    return Held(
        check,
        move["subject"],
        table,
        gxe.ExpectTableRowCountToBeBetween,
        arguments={"row_condition": Condition("night") == newest},
        within=within,
        figure=lambda result: ratio(result["observed_value"]) / widened,
        facts=facts,
        mild=uncertain or move["is_restless"],
    )


def _medians(limits: Limits) -> str:
    return f"""
        select subject, value, figure, usual, {SHOWN}, night, rows, is_mild or is_restless as is_mild
        from ({moved(MOVABLE, limits, "step")}) where usual <> 0
    """


def _sums(limits: Limits) -> str:
    means = "select subject, mean_figure as figure, mean_before as before, mean_step as step from {batch}"
    return f"""
        with means as (select subject, value as mean_value, is_restless as mean_is_restless from ({moved(means, limits, "step")}))

        select subject, value, figure, usual, {SHOWN}, night, rows,
            is_mild or is_restless or mean_is_restless or coalesce(mean_value <= {limits.sql("critical")}, false) as is_mild
        from ({moved(MOVABLE, limits, "step")}) join means using (subject) where usual <> 0
    """


def _moment(result: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(str(result["observed_value"]))


def _hours(moment: datetime, result: dict[str, Any]) -> float | None:
    """The age of the newest load; None where no row tells it."""
    return (moment - _moment(result)).total_seconds() / 3600 if result["observed_value"] else None


def _share(profile: Profile, column: str, bad: int, rows: int, limits: Limits, **facts: str) -> Reading:
    facts = {"bad": bad, "rows": rows, "night": profile.newest or "-", **facts}
    subject = f"{profile.table.subject}.{column}"
    return (
        Reading(subject, bad / rows, facts, rows < limits["min_rows"])
        if rows
        else Reading(subject, None, {"why": "values"})
    )


def _has_value(column: Column) -> str:
    nothing = any_of("", *words("nothing_words"))
    if column.kind == "boolean":
        nothing = any_of("", *(set(words("nothing_words")) - set(words("true_words")) - set(words("false_words"))))
    elif column.kind in REFERENCES:
        nothing = any_of("", "0", *words("nothing_words"))
    elif PATTERNS.get(column.kind) is _DAY:
        dotted = (".".join(reversed(day.split("-"))) for day in words("nothing_days"))
        nothing = f"{nothing}|{any_of(*words('nothing_days'), *dotted)}([ T].*)?"
    return f"({quoted(column.name)} is not null and not {_is(column, nothing)})"


def _is_unreadable(column: Column) -> str:
    return f"{_has_value(column)} and not {_is(column, PATTERNS[column.kind])}"


def _is(column: Column, pattern: str) -> str:
    return f"regexp_full_match({quoted(column.name)}, '{_AROUND}(?:{pattern}){_AROUND}')"
