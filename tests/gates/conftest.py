"""A small warehouse for the gates: the last weeks of the demo company's, as tables that a test may damage."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from flows.gates.settings import read
from tests.warehouse import SETTINGS

SINCE = "2026-05-04"  # loads
LEFT_OUT = ("hits", "sale_property_value")  # and all of files but ad_spend
DICTIONARIES = (
    "catalog_product",
    "catalog_section",
    "crm_category",
    "crm_currency",
    "crm_status",
    "department",
    "goals",
    "sale_status",
    "user",
)
FIGURES_SINCE = "2026-03-01"
MARTS = {
    "marts.kpi_catalogue": "true",
    "marts.dim_date": "date_day >= date '2025-06-01' and date_day < date '2027-01-01'",
    "marts.periods": f"period_start >= date '{FIGURES_SINCE}'",
    "marts.kpi_values": f"period_start >= date '{FIGURES_SINCE}' and dimension in ('all', 'channel')",
    "marts.kpi_companions": f"period_start >= date '{FIGURES_SINCE}' and dimension = 'all'",
    "marts.source_tie_out": f"(coalesce(load_day >= date '{SINCE}', true) or table_name in {DICTIONARIES}) and table_name not in {LEFT_OUT}"
    " and (source_name <> 'files' or table_name = 'ad_spend')",
    "marts.source_totals": "true",
    "quality.findings": "true",
    "raw_views.rejected_lines": "source_name = 'files' and table_name = 'ad_spend'",
}
# Rows as the build counted them, so that the raw views and the tie-out agree about the shorter tables.
LANDED = """
    create table raw_views.files as
    select source_name, table_name, source_name || '/' || table_name || '/all' as raw_file, true as readable,
        cast(sum(raw_rows) - (
            select count(*) from raw_views.rejected_lines as lines
            where lines.source_name = built.source_name and lines.table_name = built.table_name and raw_row is not null
        ) as bigint) as row_count
    from marts.source_tie_out as built
    group by source_name, table_name
"""


@dataclass
class Outcome:
    """What a gate did: its exit status, what it printed, its JSON, its folder of pages."""

    status: int
    said: str
    told: dict
    report: Path

    def failed(self, severity: str) -> set[str]:
        return {check["name"] for check in self.told["checks"] if not check["passed"] and check["severity"] == severity}


@pytest.fixture(scope="session")
def whole_file(demo, tmp_path_factory):
    """A copy of the demo company's whole warehouse; the fixture's own is held open."""
    path = demo.execute("select path from duckdb_databases() where database_name = 'kpi'").fetchone()[0]
    return Path(shutil.copy(path, tmp_path_factory.mktemp("whole") / "kpi.duckdb"))


@pytest.fixture(scope="session")
def small_file(whole_file, tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "kpi.duckdb"
    with duckdb.connect(str(path)) as connection:
        run = connection.execute
        run("set TimeZone = 'UTC'")
        run(f"attach '{whole_file}' as demo (read_only)")
        views = run(
            "select schema_name, view_name from duckdb_views() where database_name = 'demo' and not internal"
        ).fetchall()
        raw = [(schema, name) for schema, name in views if schema.startswith("raw_") and schema != "raw_views"]
        for schema in {schema for schema, _ in raw} | {name.split(".")[0] for name in MARTS}:
            run(f"create schema if not exists {schema}")
        for schema, name in raw:
            stamp = "loaded_at" if schema == "raw_files" else "_loaded_at"
            day = f"cast(timezone('Europe/Moscow', try_cast({stamp} as timestamptz)) as date)"
            kept = name == "ad_spend" if schema == "raw_files" else name not in LEFT_OUT
            known = f"({name in DICTIONARIES} or coalesce({day} >= date '{SINCE}', true)) and {kept}"
            run(f"create table {schema}.{name} as select * from demo.{schema}.{name} where {known}")
        for name, condition in MARTS.items():
            run(f"create table {name} as select * from demo.{name} where {condition}")
        run(LANDED)
    return path


@pytest.fixture
def warehouse(small_file, tmp_path):
    """A small warehouse of its own, good as it is."""
    return Path(shutil.copy(small_file, tmp_path / "kpi.duckdb"))


@pytest.fixture
def damage(warehouse):
    """Runs statements on the warehouse."""

    def run(*statements: str) -> None:
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for statement in statements:
                connection.execute(statement)

    return run


@pytest.fixture
def beyond(warehouse, monkeypatch):
    """What a gate measures beyond its limits, by severity: the words of each by check."""
    _as_usual(monkeypatch)

    def measure(which: str, published: Path | None = None, file: Path = warehouse) -> dict[str, dict[str, str]]:
        from flows.gates.run import examine
        from flows.gates.suites import in_words

        told = {"critical": {}, "warning": {}}
        for name, seen in examine(which, read(which), file, published)[0].items():
            for one in seen.beyond:
                words = f"{one.subject}: {in_words(which, name, one, 'en')}"
                told[one.severity][name] = f"{told[one.severity].get(name, '')} {words}"
        return told

    return measure


@pytest.fixture
def critical(beyond):
    """What a gate measures beyond the critical limits: the words of each by check."""
    return lambda which, published=None: beyond(which, published)["critical"]


def _as_usual(monkeypatch):
    for name in (*SETTINGS, "KPI_GATES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def gate(warehouse, tmp_path, monkeypatch, capsys):
    """Runs a gate on the warehouse as its command does."""
    _as_usual(monkeypatch)

    def run(which: str, *arguments: str, file: Path = warehouse) -> Outcome:
        from flows.cli import main

        capsys.readouterr()
        answer = tmp_path / "answer.json"
        answer.unlink(missing_ok=True)
        status = main(
            [
                "gate",
                which,
                "--warehouse",
                str(file),
                "--report",
                str(tmp_path / "report"),
                "--json",
                str(answer),
                *arguments,
            ]
        )
        told = json.loads(answer.read_text("utf-8")) if answer.exists() else {"checks": []}
        said = capsys.readouterr()
        return Outcome(status, said.out + said.err, told, tmp_path / "report" / which)

    return run
