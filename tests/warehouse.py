"""Building a warehouse in a process of its own, as a user would, and reading it."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock

PROJECT = Path(__file__).resolve().parent.parent
SETTINGS = (
    "KPI_RAW_ROOT",
    "KPI_AS_OF",
    "KPI_TIMEZONE",
    "KPI_WAREHOUSE",
    "KPI_RAW_VIEWS_CACHE",
    "KPI_PUBLISH_EMPLOYEES",
    "KPI_SOURCES",
    "KPI_CONTACT_KEY",
    "KPI_CONTACT_KEY_FILE",
)
# What proves the code of the models that every warehouse has; `test_formulas_worked_by_hand` runs it.
OF_OTHERS = (
    "path:models,resource_type:unit_test",
    "path:models/staging,test_name:unique_key",
    "path:models/staging,test_name:not_null",
)


@functools.cache
def parsed() -> Path:
    """The parsed project, made once a run of the suite, from the ground up (dbt's partial parsing keeps unit tests that are gone)."""
    folder = PROJECT / "target" / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    run, stamp = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid())), folder / "run"
    with FileLock(folder / "lock"):
        if not stamp.exists() or stamp.read_text() != run:
            done = subprocess.run(
                [sys.executable, "-m", "tests.parsed_dbt", "-", "parse", "--no-partial-parse", "--target-path", folder, "--log-path", folder],
                cwd=PROJECT, capture_output=True, text=True,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout[-6000:]
            stamp.write_text(run)
    return folder / "partial_parse.msgpack"


def run_dbt(folder: Path, *arguments: str, project: Path | None = None, **settings: str) -> subprocess.CompletedProcess:
    """Run dbt once.

    Args:
        folder: where the warehouse, the target and the logs go.
        arguments: dbt's own, the command first.
        project: the folder of a dbt project that is run as a user runs it; without it, this one.
        settings: environment variables; those of KPI_… that are not given are unset.  With KPI_SOURCES the project is another one, and
            parsed anew.  What dbt tells in JSON of each run is written where DBT_WRITE_JSON is true: it takes a second.

    Returns:
        The finished process with its output as text; the caller judges the exit code.
    """
    folder.mkdir(parents=True, exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if k not in SETTINGS}
    environment |= {"KPI_WAREHOUSE": str(folder / "kpi.duckdb"), "DO_NOT_TRACK": "1", "DBT_WRITE_JSON": "false"}
    environment |= settings
    if project:
        dbt = (Path(sys.executable).with_name("dbt"),)
    else:
        dbt = (sys.executable, "-m", "tests.parsed_dbt", "-" if "KPI_SOURCES" in settings else parsed())
    command = [*dbt, *arguments, "--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    return subprocess.run(
        command, cwd=project or PROJECT, env=environment, capture_output=True, text=True, timeout=1200
    )


def build(folder: Path, *arguments: str, project: Path | None = None, **settings: str) -> duckdb.DuckDBPyConnection:
    """`dbt build` into `folder`; fails with dbt's output unless it exits with 0.  Gives a read-only connection."""
    done = run_dbt(folder, "build", *arguments, project=project, **settings)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return duckdb.connect(str(folder / "kpi.duckdb"), read_only=True)


def file_of(demo: duckdb.DuckDBPyConnection) -> Path:
    """The demo company's warehouse."""
    return Path(rows(demo, "select path from duckdb_databases() where database_name = 'kpi'")[0][0])


def as_read(demo: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The setting by which dbt finds what was read of the demo company's raw files, and need not look through them again."""
    return {"KPI_RAW_VIEWS_CACHE": f"{file_of(demo)}.raw_views"}


@contextmanager
def built_of(folder: Path, sources: str, unit_tests: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of 31 March 2026 that a folder's raw root makes, with these sources on alone.

    The unit tests of their systems are run too: there are so many, and all pass.
    """
    settings = {"KPI_SOURCES": sources, "KPI_RAW_ROOT": str(folder / "raw"), "KPI_AS_OF": "2026-04-01"}
    done = run_dbt(folder, "build", "--indirect-selection", "empty", "--exclude", *OF_OTHERS, **settings)
    assert done.returncode == 0 and f" {unit_tests} unit test" in done.stdout, done.stdout[-6000:]
    with duckdb.connect(str(folder / "kpi.duckdb"), read_only=True) as connection:
        yield connection


def write_csv(raw: Path, tables: dict[str, str]) -> None:
    """Lays down raw files, by their names below the raw root without the ending."""
    for name, text in tables.items():
        path = raw / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def rows(warehouse: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    """What a query gives."""
    return warehouse.execute(query).fetchall()


def accounted(warehouse: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Of each raw table: source, name, raw rows, accepted, superseded, rejected, and whether they tie out."""
    return rows(warehouse, """
        select source_name, table_name, sum(raw_rows), sum(accepted_rows), sum(superseded_rows), sum(rejected_rows), bool_and(is_tied_out)
        from marts.source_tie_out where raw_rows > 0 group by all order by all
    """)  # fmt: skip
