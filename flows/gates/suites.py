"""Suites of Great Expectations for one warehouse, and what they found, as Data Docs and in words.

A table that a gate holds is an asset with a suite of its own. Where Great Expectations has an expectation for a check, the suite
holds that one (`Held`), with the limit as its argument; where a check compares rows of several tables or days, it holds a query
(`Asked`). The warehouse is attached read-only. Results hold counts, sums and what the queries select: never a value of a raw row.
"""

import html
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

os.environ |= {"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}  # before Great Expectations is imported

import duckdb
import duckdb_engine
import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations import UnexpectedRowsExpectation
from great_expectations.render.components import LegacyDiagnosticRendererType
from great_expectations.render.renderer.renderer import renderer
from sqlalchemy import types
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from flows.base.sql import literal
from flows.base.words import short
from flows.gates.checks import CHECKS, LANGUAGES, REASONS, SHOWN
from flows.gates.settings import SEVERITIES, Limits

if TYPE_CHECKING:
    from flows.gates.checks import Reading

MEMORY = ":memory:gates"  # by its name, all connections of this process share it, and what is attached to it
STORE = "measured"  # the schema there for what a gate has measured
FIGURES = "select subject, value, is_mild, * exclude (subject, value, is_mild) from {batch}"
DIALECT = "duckdb_gates"
FETCHED = re.compile(r"""<(script|link|img)\b[^>]*(src|href)="https?:[^>]*>(\s*</script>)?|url\('https?:[^)]*\)""")
MARK = ".gate"  # lies in a folder of pages that a gate may replace
TYPES = {
    "BIGINT": types.Integer,
    "DATE": types.Date,
    "TIMESTAMP": types.DateTime,
    "BOOLEAN": types.Boolean,
    "DOUBLE": types.Float,
    "HUGEINT": types.Integer,
    "INTEGER": types.Integer,
}  # others are text
# No value of a column is kept; of a query, the subjects and figures that it selects are.
VALUES_LEFT_OUT = {"result_format": "BASIC", "partial_unexpected_count": 0, "exclude_unexpected_values": True}


class _Context(duckdb_engine.Dialect.execution_ctx_cls):
    """Fetches at once: Great Expectations reads rows after it has given the connection back, DuckDB's are gone by then."""

    def post_exec(self):
        super().post_exec()
        if self.cursor.description:
            rows = self.cursor.fetchall()
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(self.cursor, initial_buffer=rows)


class Dialect(duckdb_engine.Dialect):
    """DuckDB for Great Expectations, on the shared memory alone; names are looked for in the warehouse."""

    execution_ctx_cls = _Context
    supports_statement_cache = False

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self._columns: dict[str, list[dict]] = {}

    def connect(self, *arguments: Any, **options: Any) -> duckdb_engine.ConnectionWrapper:
        return duckdb_engine.ConnectionWrapper(_connection())

    def get_columns(self, connection: Any, table_name: str, schema: str | None = None, **options: Any) -> list[dict]:
        """The columns of a table, read once; by SQLAlchemy's own way this takes a tenth of a second each time."""
        if not self._columns:
            query = "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() where database_name in ('kpi', 'memory')"
            for place, name, kind in connection.exec_driver_sql(query).fetchall():
                self._columns.setdefault(place, []).append({"name": name, "type": TYPES.get(kind, types.String)()})
        return self._columns[f"{schema}.{table_name}"]

    def get_pk_constraint(self, *arguments: Any, **options: Any) -> dict:
        return {"constrained_columns": [], "name": None}  # no table of a warehouse has one


registry.register(DIALECT, __name__, Dialect.__name__)


class NoRowsBeyond(UnexpectedRowsExpectation):
    """A query that finds nothing beyond its limit; it selects subjects and figures, which the pages name."""

    metric_dependencies: ClassVar[tuple[str, ...]] = (
        "unexpected_rows_query.table",
    )  # the rows tell their number, so it is asked once

    def _validate(self, metrics: dict, *arguments: Any, **options: Any) -> dict:
        rows = metrics["unexpected_rows_query.table"]
        count = rows[0]["all_beyond"] if rows else 0
        return {"success": not rows, "result": {"observed_value": count, "details": {"unexpected_rows": rows}}}

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(cls, configuration=None, result=None, runtime_configuration=None) -> str:
        rows = (result.result if result else {}).get("details", {}).get("unexpected_rows", [])
        gate, check = result.expectation_config.meta["gate"], result.expectation_config.meta["check"]
        told = [f"{row['subject']}: {in_words(gate, check, _beyond(row, ''), 'en')}" for row in rows[:SHOWN]]
        return html.escape("; ".join(told)) or "nothing beyond the limit"


@dataclass(frozen=True)
class Held:
    """A subject of a check that an expectation of Great Expectations holds.

    Attributes:
        check, subject: what is held.
        table: the table it is held on, as `schema.table`.
        kind: the class of the expectation.
        within: gives the arguments of the expectation that hold a limit.
        figure: the figure of the check by the expectation's result; None = there was nothing to look at.
        arguments: its other arguments.
        facts: what the words of the check name, by the result.
        mild: whether it can be no more than a warning.
        size: how many subjects are held.
        names: gives, by the result, a row for each subject that failed, where several are held at once.
    """

    check: str
    subject: str
    table: str
    kind: type
    within: Callable[[float], dict[str, Any]]
    figure: Callable[[dict[str, Any]], float | None]
    arguments: dict[str, Any] = field(default_factory=dict)
    facts: Callable[[dict[str, Any]], dict[str, Any]] = lambda result: {}
    mild: bool = False
    size: int = 1
    names: Callable[[dict[str, Any]], list[dict[str, Any]]] | None = None


@dataclass(frozen=True)
class Asked:
    """Subjects of a check that a query measures.

    Attributes:
        check: the check.
        table: the table that stands in the query for `{batch}`, as `schema.table`.
        query: selects `subject`, `value`, what the words of the check name, and, where some can be no more than warnings, `is_mild`.
        only: the severity that it is asked for; None = both.
        subjects: a quicker query for the number of subjects.
    """

    check: str
    table: str
    query: str
    only: str | None = None
    subjects: str | None = None


@dataclass(frozen=True)
class Unseen:
    """A check had nothing to look at; why is a key of REASONS, "" if nobody knows."""

    check: str
    why: str


@dataclass(frozen=True)
class Beyond:
    """A subject whose figure lies beyond a limit, and what the words of its check name."""

    subject: str
    value: float
    severity: str
    facts: dict[str, Any]


@dataclass
class Seen:
    """What a check saw: how many subjects, those beyond a limit with their number, and why there were none to look at."""

    looked_at: int = 0
    count: int = 0
    beyond: list[Beyond] = field(default_factory=list)
    why: str = ""


@dataclass(frozen=True)
class Result:
    """How a check came out, in the fields of the gate's JSON; severity is the worst that failed, or that could have.

    A check that saw nothing it could judge is not `looked_at`. It has passed only if there is a reason for that.
    """

    name: str
    severity: str
    passed: bool
    looked_at: bool
    observed: str
    expected: str
    message_en: str
    message_ru: str


def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(MEMORY)
    connection.execute("set TimeZone = 'UTC'")
    if connection.execute("select count(*) from duckdb_databases() where database_name = 'kpi'").fetchone()[0]:
        connection.execute(f"set search_path = 'kpi.main,memory.{STORE}'")
    return connection


def stored(name: str, rows: list[dict[str, Any]]) -> str:
    """Puts rows into a table in memory; gives its name. Rows have the same keys, but some may lack one."""
    import pyarrow as pa

    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {one: [str(row[one]) if type(row.get(one)) is date else row.get(one) for row in rows] for one in names}
    with duckdb.connect(MEMORY) as memory:
        memory.register("rows", pa.table(columns))
        memory.execute(f"create or replace table {STORE}.{name} as from rows")
    return f"{STORE}.{name}"


def asked(check: str, readings: list["Reading"], query: str = FIGURES) -> Iterator[Asked | Unseen]:
    """The rules of what could not be measured in one query: its figures become a table in memory, which is asked.

    Args:
        check: the check.
        readings: its figures.
        query: selects from the table `subject`, `value`, `is_mild` and what the words of the check name.
    """
    yield from (Unseen(check, one.facts.get("why", "")) for one in readings if one.value is None)
    rows = [
        {"subject": one.subject, "value": float(one.value), "is_mild": one.mild, **one.facts}
        for one in readings
        if one.value is not None
    ]
    if rows:
        yield Asked(check, stored(check, rows), query)


def by_name(sql: Callable, query: str) -> list[dict[str, Any]]:
    """The rows of a query by column name."""
    done = sql(query)
    names = [column[0] for column in done.description]
    return [dict(zip(names, row)) for row in done.fetchall()]


def none_let_pass(
    check: str,
    subject: str,
    table: str,
    kind: type,
    arguments: dict[str, Any],
    shares: str,
    limits: Limits,
    sql: Callable,
) -> Held:
    """Subjects whose warning limit is nought, held together: one value that is not as expected fails.

    Args:
        check, subject, table, kind, arguments: of the rule.
        shares: a query, as of `Asked`, that tells the share of each subject; those beyond the critical limit have a rule of their own.
        limits: of the check.
        sql: runs a query on the warehouse.
    """
    critical = f"value > {limits.sql('critical')}" + (" and not is_mild" if "is_mild" in shares else "")
    warned = f"select * from ({shares.format(batch=table)}) where value > 0 and not coalesce({critical}, false)"
    return Held(
        check,
        subject,
        table,
        kind,
        within=lambda limit: {},
        figure=lambda result: result["unexpected_count"],
        arguments=arguments,
        mild=True,
        size=0,
        names=lambda result: by_name(sql, warned),
    )


@contextmanager
def attached(warehouse: Path, published: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attaches a warehouse as `kpi`, and the published file, if there is one, as `published`, for reading alone."""
    memory = duckdb.connect(MEMORY)
    memory.execute(f"create schema if not exists {STORE}")
    files = {"kpi": warehouse} | ({"published": published} if published and published.exists() else {})
    try:
        for name, path in files.items():
            memory.execute(f"attach {literal(path)} as {name} (read_only)")
        with _connection() as connection:
            yield connection
    finally:
        for name in files:
            memory.execute(f"detach database if exists {name}")
        memory.close()


def examine(
    gate: str, rules: list[Held | Asked | Unseen], settings: dict[str, Limits], sql: Callable, docs: Path | None
) -> dict[str, Seen]:
    """Holds a warehouse to its rules.

    Args:
        gate: raw or marts.
        rules: what is held, on the warehouse that is attached.
        settings: the limits by check.
        sql: runs a query on the warehouse.
        docs: the folder for the HTML pages; those of an earlier run are replaced; None = no pages.

    Returns:
        What each check saw.

    Raises:
        FileExistsError: the folder holds something else than such pages.
        RuntimeError: an expectation could not be evaluated.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    for name in context.get_site_names():
        context.delete_data_docs_site(name)
    context.data_sources.add_sql("warehouse", connection_string=f"{DIALECT}:///{MEMORY}")
    if docs:
        fresh = docs.with_name(f"{docs.name}.new")
        _clear(fresh)
        pages = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(fresh)}
        context.add_data_docs_site(
            gate, {"class_name": "SiteBuilder", "store_backend": pages, "show_how_to_buttons": False}
        )
    seen = {name: Seen() for name in settings}
    limited = {
        number: _expectations(gate, number, rule, settings[rule.check])
        for number, rule in enumerate(rules)
        if not isinstance(rule, Unseen)
    }
    try:
        first = _run(context, gate, {number: next(given, None) for number, given in limited.items()}, rules)
        then = {number: next(limited[number], None) for number, one in first.items() if not one.success}
        second = _run(context, "critical", then, rules)
    finally:
        context.data_sources.get("warehouse").get_engine().dispose()
    for number, rule in enumerate(rules):
        _see(gate, seen[rule.check], rule, [run[number] for run in (first, second) if number in run], sql)
    if docs:
        context.build_data_docs()
        _open_offline(fresh, gate, results(gate, seen, settings))
        (fresh / MARK).touch()
        _clear(docs)
        fresh.rename(docs)
    return seen


def _run(context: Any, name: str, expectations: dict[int, Any], rules: list) -> dict[int, Any]:
    """Runs a checkpoint over the suites of all tables; gives the result of each rule that has an expectation."""
    source = context.data_sources.get("warehouse")
    suites: dict[str, list] = {}
    for number, expectation in expectations.items():
        if expectation:
            suites.setdefault(rules[number].table, []).append(expectation)
    definitions = []
    for table, members in suites.items():
        schema, short = table.split(".")
        title = f"{table}.{name}"
        batch = source.add_table_asset(title, short, schema_name=schema).add_batch_definition_whole_table("tonight")
        suite = context.suites.add(gx.ExpectationSuite(title, expectations=members))
        definitions.append(
            context.validation_definitions.add(gx.ValidationDefinition(name=title, data=batch, suite=suite))
        )
    if not definitions:
        return {}
    checkpoint = gx.Checkpoint(name=name, validation_definitions=definitions, result_format=VALUES_LEFT_OUT)
    outcome = context.checkpoints.add(checkpoint).run()
    results = (one for validation in outcome.run_results.values() for one in validation.results)
    return {one.expectation_config.meta["rule"]: one for one in results}


def _open_offline(docs: Path, gate: str, told: list[Result]) -> None:
    """Takes what the pages would fetch from the network out of them, and writes an index that tells what failed and needs no script."""
    failed = [html.escape(f"{one.severity}: {one.name}: {one.observed}") for one in told if not one.passed]
    links = []
    for page in sorted(docs.rglob("*.html")):
        text = FETCHED.sub("", page.read_text("utf-8"))
        page.write_text(text, "utf-8")
        if page.is_relative_to(docs / "validations"):
            *suite, run = page.relative_to(docs / "validations").as_posix().partition("/__none__")[0].split("/")
            name = html.escape(".".join(suite)) + (", critical limits" if run == "critical" else "")
            status = re.search(r"Status:</span>.*?(Succeeded|Failed)", text, re.DOTALL)
            links.append(f'<li><a href="{page.relative_to(docs).as_posix()}">{name}</a>: {status[1].lower()}</li>')
    lists = "".join(f"<ul>{''.join(lines)}</ul>" for lines in ([f"<li>{line}</li>" for line in failed], links))
    head = f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Gate {gate}</title>'
    (docs / "index.html").write_text(f"{head}<h1>Gate {gate}</h1>{lists}</html>", "utf-8")


def _clear(docs: Path) -> None:
    if docs.is_dir() and any(docs.iterdir()) and not ((docs / MARK).exists() or docs.name.endswith(".new")):
        raise FileExistsError(f"{docs} holds other files than a gate's pages; give another --report folder")
    shutil.rmtree(docs, ignore_errors=True)
    docs.parent.mkdir(parents=True, exist_ok=True)


def _expectations(gate: str, number: int, rule: Held | Asked, limits: Limits) -> Iterator[Any]:
    """The expectation of a rule with its narrower limit, and with the wider one, of which only the critical one tells something more."""
    check = CHECKS[gate][rule.check]
    sign = "<" if check.least else ">"
    for severity in _narrower_first(rule, limits, check.least):
        title = f"{gate}.{rule.check} ({severity}): {check.title['en']}"
        common = {"severity": severity, "meta": {"gate": gate, "check": rule.check, "rule": number}}
        if isinstance(rule, Asked):
            is_critical = f"value {sign} {limits.sql('critical')}" + (
                " and not is_mild" if "is_mild" in rule.query else ""
            )
            beyond = (
                is_critical if severity == "critical" else f"({is_critical} or value {sign} {limits.sql('warning')})"
            )
            query = f"select *, count(*) over () as all_beyond from ({rule.query}) where {beyond} order by value {'asc' if check.least else 'desc'}, subject"
            yield NoRowsBeyond(unexpected_rows_query=query, description=title, **common)
        else:
            limit = rule.within(limits.of(rule.subject, severity))
            yield rule.kind(**rule.arguments, **limit, description=f"{title}: {html.escape(rule.subject)}", **common)


def _narrower_first(rule: Held | Asked, limits: Limits, least: bool) -> list[str]:
    """The severities that have a limit, with the narrower one first."""
    if isinstance(rule, Asked):
        return [severity for severity in limits.severities()[::-1] if rule.only in (None, severity)]
    given = {severity: limits.of(rule.subject, severity) for severity in SEVERITIES}
    critical, warning = None if rule.mild else given["critical"], given["warning"]
    if critical is None or warning is None:
        return [severity for severity, limit in (("critical", critical), ("warning", warning)) if limit is not None]
    return ["warning", "critical"] if (warning > critical if least else warning < critical) else ["critical"]


def _see(gate: str, seen: Seen, rule: Held | Asked | Unseen, done: list[Any], sql: Callable) -> None:
    """Takes down what the expectations of a rule, one after the other, have found."""
    if isinstance(rule, Unseen):
        seen.why = seen.why or rule.why
        return
    for one in done:
        if not {"observed_value", "unexpected_count"} & set(one.result):
            why = next((why["exception_message"] for why in one.exception_info.values() if isinstance(why, dict)), "")
            raise RuntimeError(f"{gate}.{rule.check} could not be evaluated: {short(why, 300)}")
    failed = [(one.expectation_config.severity.value, one.result) for one in done if not one.success]
    if isinstance(rule, Asked):
        found = {
            row["subject"]: _beyond(row, severity)
            for severity, result in failed
            for row in result["details"]["unexpected_rows"]
        }
        count = failed[0][1]["observed_value"] if failed else 0
        seen.count += count
        subjects = rule.subjects or f"select count(value) from ({rule.query.format(batch=rule.table)})"
        seen.looked_at += count or sql(subjects).fetchone()[0]
        seen.beyond += found.values()
        return
    if not done or rule.figure(done[0].result) is not None:
        seen.looked_at += rule.size
        for severity, result in failed[-1:]:
            facts = {"subject": rule.subject, "value": rule.figure(result)}
            rows = rule.names(result) if rule.names else [facts | rule.facts(result)]
            seen.beyond += [_beyond(row, severity) for row in rows]
            seen.count += len(rows)


def _beyond(row: dict[str, Any], severity: str) -> Beyond:
    facts = dict(row)
    return Beyond(facts.pop("subject"), facts.pop("value"), severity, facts)


def in_words(gate: str, check: str, beyond: Beyond, language: str) -> str:
    """What was found of a subject that lies beyond a limit."""
    return CHECKS[gate][check].detail[language].format(value=beyond.value, **beyond.facts)


def results(gate: str, seen: dict[str, Seen], settings: dict[str, Limits]) -> list[Result]:
    """Puts what the checks saw into words; those without any limit are left out."""
    return [_result(gate, name, seen[name], limits) for name, limits in settings.items() if limits.severities()]


def _result(gate: str, name: str, seen: Seen, limits: Limits) -> Result:
    check, severities = CHECKS[gate][name], limits.severities()
    bounds = [
        f"{severity} {'below' if check.least else 'above'} {'its own limit' if limit is None else f'{limit:g}'}"
        for severity in severities
        for limit in [getattr(limits, severity)]
    ]
    expected = f"{check.title['en']} ({', '.join(bounds)})"
    if not seen.looked_at:
        unknown = {"en": "not looked at, nobody knows why", "ru": "не проверено, причина неизвестна"}
        known = {"en": "not looked at, ", "ru": "не проверено, "}
        told = {one: known[one] + REASONS[seen.why][one] if seen.why else unknown[one] for one in LANGUAGES}
        message_en, message_ru = (
            f"{check.title[one]}: {told[one]}" + ("" if seen.why else f". {label} {check.look[one]}")
            for one, label in (("en", "Look at:"), ("ru", "Где смотреть:"))
        )
        passed = bool(seen.why)
        return Result(f"{gate}.{name}", severities[0], passed, False, told["en"], expected, message_en, message_ru)
    sign = 1 if check.least else -1
    beyond = sorted(seen.beyond, key=lambda one: (SEVERITIES.index(one.severity), sign * one.value, one.subject))
    told = {}
    for language in LANGUAGES:
        shown = [f"{one.subject}: {in_words(gate, name, one, language)}" for one in beyond[:SHOWN]]
        told[language] = "; ".join(shown) + (f"; … (+{seen.count - len(shown)})" if seen.count > len(shown) else "")
    return Result(
        name=f"{gate}.{name}",
        severity=beyond[0].severity if beyond else severities[0],
        passed=not beyond,
        looked_at=True,
        observed=told["en"] or f"nothing beyond its limit ({seen.looked_at} looked at)",
        expected=expected,
        message_en=f"{check.title['en']}: " + (f"no. {told['en']}. Look at: {check.look['en']}" if beyond else "yes"),
        message_ru=f"{check.title['ru']}: "
        + (f"нет. {told['ru']}. Где смотреть: {check.look['ru']}" if beyond else "да"),
    )
