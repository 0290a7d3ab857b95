"""Great Expectations holds the figures of a gate to their limits and writes them down as Data Docs.

A gate is a suite; a check is two expectations of it, one critical, one a warning, on one table with the figures of all
checks. It lies in memory, beside the warehouse, which is attached read-only: no value of a raw row gets here.
"""

import html
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ |= {"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}  # before Great Expectations is imported

import duckdb
import duckdb_engine
import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations import UnexpectedRowsExpectation
from great_expectations.render.components import LegacyDiagnosticRendererType
from great_expectations.render.renderer.renderer import renderer
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from flows.gates.checks import CHECKS, LANGUAGES, REASONS, SHOWN, Look, found
from flows.gates.settings import SEVERITIES, Limits

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


class WithinLimits(UnexpectedRowsExpectation):
    """No figure lies beyond its limit; the pages name those that do."""

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(cls, configuration=None, result=None, runtime_configuration=None) -> str:
        details = (result.result if result else {}).get("details", {})
        found = [f"{row['subject']}: {row['found']}" for row in details.get("unexpected_rows", [])]
        return "; ".join(found) or "nothing beyond the limit"


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


def validate(gate: str, measured: dict[str, Look], settings: dict[str, Limits], docs: Path) -> list[Result]:
    """Holds figures to their limits.

    Args:
        gate: raw or marts.
        measured: what each check saw.
        settings: the limits by check.
        docs: the folder for the HTML pages; those of an earlier run are replaced.

    Returns:
        One result for each check that has a limit.

    Raises:
        FileExistsError: the folder holds something else than such pages.
        RuntimeError: an expectation could not be evaluated.
    """
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
    expectations = [
        _expectation(gate, name, severity, measured[name])
        for name in settings
        for severity in settings[name].severities()
    ]
    suite = context.suites.add(gx.ExpectationSuite(gate, expectations=expectations))
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=gate, data=batch, suite=suite))
    checkpoint = gx.Checkpoint(name=gate, validation_definitions=[definition], result_format="COMPLETE")
    outcome = context.checkpoints.add(checkpoint).run()
    memory.close()
    context.build_data_docs()

    (fresh / MARK).touch()
    _clear(docs)
    fresh.rename(docs)
    done: dict[str, dict[str, Any]] = {}
    for validation in outcome.run_results.values():
        for one in validation.results:
            expectation = one.expectation_config
            done.setdefault(expectation.meta["check"], {})[expectation.severity.value] = one
    return [_result(gate, name, done[name], measured[name], settings[name]) for name in settings if name in done]


def _clear(docs: Path) -> None:
    if docs.is_dir() and any(docs.iterdir()) and not ((docs / MARK).exists() or docs.name.endswith(".new")):
        raise FileExistsError(f"{docs} holds other files than a gate's pages; give another --report folder")
    shutil.rmtree(docs, ignore_errors=True)
    docs.parent.mkdir(parents=True, exist_ok=True)


def _store(gate: str, measured: dict[str, Look]) -> duckdb.DuckDBPyConnection:
    """Makes the table of figures, with their limits and what was found in words; it lasts while the connection is open.

    The pages show its texts as they are, so they are escaped here: names of files, columns and findings are not ours.
    """
    import pyarrow as pa

    rows = [
        {
            "check_name": name,
            "number": number,
            "subject": html.escape(one.reading.subject),
            "figure": float(one.reading.value),
            "critical": one.critical,
            "warning": one.warning,
            "found": html.escape(found(CHECKS[gate][name], one, "en")),
        }
        for name, look in measured.items()
        for number, one in enumerate(look.judged)
    ]
    kinds = {"number": pa.int32(), **dict.fromkeys(("figure", *SEVERITIES), pa.float64())}
    names = ("check_name", "number", "subject", "figure", *SEVERITIES, "found")
    table = pa.Table.from_pylist(rows, pa.schema([(name, kinds.get(name, pa.string())) for name in names]))
    memory = duckdb.connect(MEMORY)
    memory.register("measured", table)
    memory.execute(f"create or replace table {FIGURES} as select * from measured")
    return memory


def _expectation(gate: str, name: str, severity: str, look: Look) -> Any:
    """No figure lies beyond its limit; the warning leaves out what is critical."""
    seen = "" if look.judged else f"; not looked at: {_why_not(look, 'en')}"
    check = CHECKS[gate][name]
    sign = "<" if check.least else ">"
    beyond = f"check_name = '{name}' and figure {sign} {severity}"
    if severity == "warning":
        beyond += f" and not coalesce(figure {sign} critical, false)"
    return WithinLimits(
        unexpected_rows_query=f"select number, subject, figure, {severity}, found from {{batch}} where {beyond} order by number",
        description=f"{gate}.{name} ({severity}): {check.title['en']}{seen}",
        severity=severity,
        meta={"check": name},
    )


def _why_not(look: Look, language: str) -> str:
    return REASONS[look.why][language] if look.why else {"en": "nobody knows why", "ru": "причина неизвестна"}[language]


def _result(gate: str, name: str, done: dict[str, Any], look: Look, limits: Limits) -> Result:
    """Puts the outcome of a check's expectations, by severity, into words."""
    check, judged, beyond, count = CHECKS[gate][name], look.judged, [], 0
    for severity, one in done.items():
        if not isinstance(one.result.get("observed_value"), int):
            why = next((why["exception_message"] for why in one.exception_info.values() if isinstance(why, dict)), "")
            raise RuntimeError(f"{gate}.{name} ({severity}) could not be evaluated: {why[:300]}")
        count += one.result["observed_value"]
        beyond += [judged[row["number"]] for row in one.result["details"]["unexpected_rows"]]
    told = {}
    for language in LANGUAGES:
        shown = [f"{one.reading.subject}: {found(check, one, language)}" for one in beyond[:SHOWN]]
        told[language] = "; ".join(shown) + (f"; … (+{count - len(shown)})" if count > len(shown) else "")
    bounds = [
        f"{severity} {'below' if check.least else 'above'} {'its own limit' if limit is None else f'{limit:g}'}"
        for severity in done
        for limit in [getattr(limits, severity)]
    ]
    expected = f"{check.title['en']} ({', '.join(bounds)})"
    if not judged:
        words = {"en": "not looked at, ", "ru": "не проверено, "}
        texts = {language: words[language] + _why_not(look, language) for language in LANGUAGES}
        message_en, message_ru = (
            f"{check.title[language]}: {texts[language]}" + ("" if look.why else f". {label} {check.look[language]}")
            for language, label in (("en", "Look at:"), ("ru", "Где смотреть:"))
        )
        return Result(
            f"{gate}.{name}", next(iter(done)), bool(look.why), False, texts["en"], expected, message_en, message_ru
        )
    return Result(
        name=f"{gate}.{name}",
        severity=next(
            (severity for severity in SEVERITIES if severity in done and not done[severity].success), next(iter(done))
        ),
        passed=not count,
        looked_at=True,
        observed=told["en"] or f"nothing beyond its limit ({len(judged)} looked at)",
        expected=expected,
        message_en=f"{check.title['en']}: " + (f"no. {told['en']}. Look at: {check.look['en']}" if count else "yes"),
        message_ru=f"{check.title['ru']}: "
        + (f"нет. {told['ru']}. Где смотреть: {check.look['ru']}" if count else "да"),
    )
