"""One gate on one warehouse (`kpi gate`)."""

import json
import logging
import sys
import traceback
import warnings
from dataclasses import asdict
from pathlib import Path

import duckdb

from flows.base.errors import ConfigError
from flows.base.sql import literal
from flows.gates import marts, raw
from flows.gates.checks import CHECKS, Look, Reading, judge
from flows.gates.settings import Limits, SettingsError, read

GATES = {"raw": raw.Gate, "marts": marts.Gate}
PASSED, FAILED, TROUBLE = 0, 1, 2


def run(gate: str, warehouse: Path, published: Path | None, report: Path | None, answer: Path | None) -> int:
    """Runs a gate and prints what it found.

    Args:
        gate: raw or marts.
        warehouse: the DuckDB file; it is only read.
        published: the published file, to compare with.
        report: folder for the HTML pages; None = beside the warehouse.
        answer: file for the results.

    Returns:
        0 passed, with or without warnings; 1 a critical check failed; 2 the gate could not be run.
    """
    try:
        return _run(gate, warehouse, published, report or warehouse.with_name(f"{warehouse.name}.gates"), answer)
    except (ConfigError, SettingsError, LookupError, ValueError, OSError, duckdb.Error) as error:
        print(f"gate {gate}: can't be run: {error}", file=sys.stderr)
    except Exception:
        traceback.print_exc()
    return TROUBLE


def _run(gate: str, warehouse: Path, published: Path | None, report: Path, answer: Path | None) -> int:
    settings = read(gate)
    measured, off = measure(gate, settings, warehouse, published)
    from flows.gates import expectations  # takes seconds

    with warnings.catch_warnings(action="ignore"):
        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        results = expectations.validate(gate, measured, settings, report.absolute() / gate)
    passed = not any(one.severity == "critical" and not one.passed for one in results)
    index = str(report.absolute() / gate / "index.html")
    if answer:
        content = {"gate": gate, "passed": passed, "checks": [asdict(one) for one in results], "data_docs": index}
        answer.parent.mkdir(parents=True, exist_ok=True)
        answer.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    _tell(gate, passed, results, off, index)
    return PASSED if passed else FAILED


def measure(
    gate: str, settings: dict[str, Limits], warehouse: Path, published: Path | None = None
) -> tuple[dict[str, Look], list[str]]:
    """Measures a warehouse.

    Args:
        gate: raw or marts.
        settings: the gate's limits.
        warehouse: the DuckDB file; it is only read.
        published: the published file, if there is one.

    Returns:
        What each check saw, and the sources that are not in use.

    Raises:
        FileNotFoundError, LookupError: there is no such file, or nothing to measure in it.
        SettingsError: a setting does not fit the warehouse.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        _attach(connection, warehouse, "kpi")
        if published and published.exists():
            _attach(connection, published, "published")
        measures = GATES[gate](connection, settings)
        return {
            name: _look(gate, name, measures.measure(name), limits) for name, limits in settings.items()
        }, measures.off


def _look(gate: str, name: str, readings: list[Reading], limits: Limits) -> Look:
    """Sets the readings of a check beside their limits, the worst first."""
    sign = 1 if CHECKS[gate][name].least else -1
    judged = sorted(judge(readings, limits), key=lambda one: (sign * one.reading.value, one.reading.subject))
    why = [one.facts.get("why", "") for one in readings if one.value is None]
    return Look(judged, "" if judged else next(filter(None, why), ""))


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    connection.execute(f"attach {literal(path)} as {name} (read_only)")


def _tell(gate: str, passed: bool, results: list, off: list[str], index: str) -> None:
    """Prints what a person should know."""
    failed = sorted((one for one in results if not one.passed), key=lambda one: one.severity)
    critical = sum(one.severity == "critical" for one in failed)
    unseen = [one for one in results if not one.looked_at]
    outcome = "passed" if passed else "FAILED"
    print(
        f"gate {gate}: {outcome}, {len(results)} checks, {critical} critical failed, {len(failed) - critical} warnings,"
        f" {len(unseen)} not looked at"
    )
    for one in failed:
        print(f"{one.severity}: {one.name}")
        print(f"  observed: {one.observed}")
        print(f"  expected: {one.expected}")
        print(f"  look at:  {one.message_en.rpartition('Look at: ')[2]}")
    for one in unseen:
        print(f"{one.name}: {one.observed}")
    if off:
        print(f"no rows, taken as not in use: {', '.join(off)}")
    print(f"report: {index}")
