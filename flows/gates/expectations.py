"""Great Expectations holds the figures of a gate to their limits and writes them down as Data Docs.

A gate is a suite; a check is two expectations of it, one critical, one a warning, on one table with the figures of all
checks. It lies in memory, beside the warehouse, which is attached read-only: no value of a raw row gets here.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import duckdb_engine
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from flows.gates.checks import CHECKS, LANGUAGES, SHOWN, Check, Judged
from flows.gates.settings import SEVERITIES, Limits

os.environ |= {"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}

MEMORY = ":memory:gates"  # by its name, all connections of this process share it
DIALECT = "duckdb_gates"
FIGURES = "main.figures"
MARK = ".gate"  # lies in a folder of pages that a gate may replace


class _Context(duckdb_engine.Dialect.execution_ctx_cls):
    """Fetches at once: Great Expectations reads rows after it has given the connection back, DuckDB's are gone by then."""

    def post_exec(self):
        super().post_exec()
        if self.cursor.description:
            rows = self.cursor.fetchall()
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(self.cursor, initial_buffer=rows)


class Dialect(duckdb_engine.Dialect):
    """DuckDB for Great Expectations, on the shared memory alone."""

    execution_ctx_cls = _Context
    supports_statement_cache = False

    def connect(self, *arguments: Any, **options: Any) -> duckdb_engine.ConnectionWrapper:
        return duckdb_engine.ConnectionWrapper(duckdb.connect(MEMORY))


registry.register(DIALECT, __name__, Dialect.__name__)


@dataclass(frozen=True)
class Result:
    """How one expectation came out; the fields are those of the gate's JSON."""

    name: str
    severity: str
    passed: bool
    observed: str
    expected: str
    message_en: str
    message_ru: str


def validate(gate: str, measured: dict[str, list[Judged]], settings: dict[str, Limits], docs: Path) -> list[Result]:
    """Holds figures to their limits.

    Args:
        gate: raw or marts.
        measured: the figures by check.
        settings: the limits by check.
        docs: the folder for the HTML pages; pages of an earlier run are replaced.

    Returns:
        One result for each check and severity that has a limit.

    Raises:
        FileExistsError: the folder holds something else than such pages.
        RuntimeError: an expectation could not be evaluated.
    """
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    for name in context.get_site_names():
        context.delete_data_docs_site(name)
    fresh = docs.with_name(f"{docs.name}.new")
    _clear(fresh)
    pages = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(fresh)}
    index = {"class_name": "DefaultSiteIndexBuilder"}
    context.add_data_docs_site(gate, {"class_name": "SiteBuilder", "store_backend": pages, "site_index_builder": index})

    memory = _store(gate, measured)
    source = context.data_sources.add_sql("gate", connection_string=f"{DIALECT}:///{MEMORY}")
    batch = source.add_query_asset(gate, query=f"select * from {FIGURES}").add_batch_definition_whole_table("tonight")
    suite = context.suites.add(gx.ExpectationSuite(gate))
    for name, limits in settings.items():
        for severity in SEVERITIES:
            if limits.limits(severity):
                suite.add_expectation(_expectation(gate, name, severity))
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=gate, data=batch, suite=suite))
    checkpoint = gx.Checkpoint(name=gate, validation_definitions=[definition], result_format="COMPLETE")
    outcome = context.checkpoints.add(checkpoint).run()
    memory.close()
    context.build_data_docs()

    (fresh / MARK).touch()
    _clear(docs)
    fresh.rename(docs)
    done = [result for validation in outcome.run_results.values() for result in validation.results]
    return [_result(gate, one, measured, settings) for one in done]


def _clear(docs: Path) -> None:
    if docs.is_dir() and any(docs.iterdir()) and not ((docs / MARK).exists() or docs.name.endswith(".new")):
        raise FileExistsError(f"{docs} holds other files than a gate's pages; give another --report folder")
    shutil.rmtree(docs, ignore_errors=True)
    docs.parent.mkdir(parents=True, exist_ok=True)


def _store(gate: str, measured: dict[str, list[Judged]]) -> duckdb.DuckDBPyConnection:
    """Makes the table of figures, with their limits and what was found in words; it lasts while the connection is open."""
    import pyarrow as pa

    rows = [
        {
            "check_name": name,
            "number": number,
            "subject": one.reading.subject,
            "figure": float(one.reading.value),
            "critical": one.critical,
            "warning": one.warning,
            "found": _found(CHECKS[gate][name], one, "en"),
        }
        for name, judged in measured.items()
        for number, one in enumerate(judged)
    ]
    kinds = {"number": pa.int32(), **dict.fromkeys(("figure", *SEVERITIES), pa.float64())}
    names = ("check_name", "number", "subject", "figure", *SEVERITIES, "found")
    table = pa.Table.from_pylist(rows, pa.schema([(name, kinds.get(name, pa.string())) for name in names]))
    memory = duckdb.connect(MEMORY)
    memory.register("measured", table)
    memory.execute(f"create or replace table {FIGURES} as select * from measured")
    return memory


def _found(check: Check, judged: Judged, language: str) -> str:
    return check.detail[language].format(value=judged.reading.value, **judged.reading.facts)


def _expectation(gate: str, name: str, severity: str) -> Any:
    """No figure lies beyond its limit; the warning leaves out what is critical."""
    from great_expectations.expectations import UnexpectedRowsExpectation

    check = CHECKS[gate][name]
    sign = "<" if check.least else ">"
    beyond = f"check_name = '{name}' and figure {sign} {severity}"
    if severity == "warning":
        beyond += f" and not coalesce(figure {sign} critical, false)"
    return UnexpectedRowsExpectation(
        unexpected_rows_query=f"select number, subject, figure, {severity}, found from {{batch}} where {beyond} order by number",
        description=f"{gate}.{name} ({severity}): {check.title['en']}",
        severity=severity,
        meta={"check": name},
    )


def _result(gate: str, done: Any, measured: dict[str, list[Judged]], settings: dict[str, Limits]) -> Result:
    """Puts an expectation's outcome into words."""
    name, severity = done.expectation_config.meta["check"], done.expectation_config.severity.value
    if not isinstance(done.result.get("observed_value"), int):
        why = next((one["exception_message"] for one in done.exception_info.values() if isinstance(one, dict)), "")
        raise RuntimeError(f"{gate}.{name} could not be evaluated: {why.splitlines()[:1]}")
    check, judged = CHECKS[gate][name], measured[name]
    beyond = [judged[row["number"]] for row in done.result["details"]["unexpected_rows"]]
    count = done.result["observed_value"]
    limit = getattr(settings[name], severity)
    bound = "by subject" if limit is None else f"{'not below' if check.least else 'not above'} {limit:g}"
    messages = []
    for language in LANGUAGES:
        found = [f"{one.reading.subject}: {_found(check, one, language)}" for one in beyond[:SHOWN]]
        messages.append("; ".join(found) + (f"; … (+{count - len(found)})" if count > len(found) else ""))
    return Result(
        name=f"{gate}.{name}",
        severity=severity,
        passed=bool(done.success),
        observed=messages[0] or f"nothing beyond the limit in {len(judged)}",
        expected=f"{check.title['en']}: {bound}",
        message_en=f"{check.title['en']}: " + (f"no. {messages[0]}. Look at: {check.look['en']}" if count else "yes"),
        message_ru=f"{check.title['ru']}: "
        + (f"нет. {messages[1]}. Где смотреть: {check.look['ru']}" if count else "да"),
    )
