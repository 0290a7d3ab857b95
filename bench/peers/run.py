"""Asks every engine every question over the rows of a built warehouse, once, and holds the answers against the marts'."""

import resource
import shutil
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from bench.peers import in_polars, in_postgres
from bench.peers.questions import QUESTIONS, ROWS, comparable
from bench.usage import tree_cpu
from flows.base.sql import literal

Figures = dict[str, Any]


def ask(warehouse: Path, folder: Path, models: Figures) -> Figures:
    """Asks DuckDB (plain SQL), polars and Postgres.

    Args:
        warehouse: the built file; it is only read.
        folder: a folder for the rows and the server, made anew.
        models: what each model of the project took, by its name.

    Returns:
        `rows` of each table; for each question the seconds (`wall`, `cpu`) of each engine, whether its answer `agrees` with the marts' and
        the processor seconds of the project's models that answer it; `loading` of Postgres; `versions`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    rows = folder / "rows"
    rows.mkdir(parents=True)
    with duckdb.connect(str(warehouse), read_only=True) as built:
        counts = export(built, rows)
        expected = {question.name: comparable(built.execute(question.answer).fetchall()) for question in QUESTIONS}
    found: Figures = {"rows": counts, "questions": {question.name: {} for question in QUESTIONS}}

    def note(question: str, engine: str, answer: Callable[[], list[tuple]], cpu: Callable[[], float]) -> None:
        wall, used = time.monotonic(), cpu()
        told = answer()
        figures = {"wall": time.monotonic() - wall, "cpu": cpu() - used}
        found["questions"][question][engine] = figures | {"agrees": comparable(told) == expected[question]}

    with duckdb.connect() as connection:
        for path in rows.glob("*.parquet"):
            connection.execute(f"create view {path.stem} as from {literal(path)}")
        for question in QUESTIONS:
            note(question.name, "duckdb", partial(_asked, connection, question.sql), _own_cpu)
    for question in QUESTIONS:
        note(question.name, "polars", partial(in_polars.answer, question.name, rows), _own_cpu)
    with in_postgres.server(folder / "postgres") as (postgres, pid):
        its_cpu = partial(tree_cpu, pid)
        wall, used = time.monotonic(), its_cpu()
        in_postgres.load(postgres, rows)
        found["loading"] = {"wall": time.monotonic() - wall, "cpu": its_cpu() - used}
        for question in QUESTIONS:
            note(question.name, "postgres", partial(_asked, postgres, question.sql), its_cpu)
        server = _asked(postgres, "show server_version")[0][0].split()[0]
    for question in QUESTIONS:
        found["questions"][question.name]["models"] = {
            "cpu": sum(models[name]["cpu"] for name in question.models if name in models)
        }
    found["versions"] = {"duckdb": version("duckdb"), "polars": version("polars"), "postgres": server}
    return found


def export(built: duckdb.DuckDBPyConnection, rows: Path) -> dict[str, int]:
    """Writes the rows that the questions read, a Parquet file a table; gives how many there are."""
    for table, sql in ROWS.items():
        built.execute(f"copy ({sql}) to {literal(rows / f'{table}.parquet')} (format parquet)")
    return {
        table: built.execute(f"select count(*) from {literal(rows / f'{table}.parquet')}").fetchall()[0][0]
        for table in ROWS
    }


def _asked(connection: Any, sql: str) -> list[tuple]:
    return connection.execute(sql).fetchall()


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
