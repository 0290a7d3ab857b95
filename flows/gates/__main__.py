"""One gate on one warehouse, in a process of its own: python -m flows.gates raw|marts --warehouse FILE."""

import argparse
import json
import logging
import sys
import traceback
import warnings
from dataclasses import asdict
from pathlib import Path

import duckdb

from flows.gates import marts, raw
from flows.gates.checks import CHECKS, Judged, Reading, judge
from flows.gates.settings import Limits, SettingsError, read

GATES = {"raw": raw.Gate, "marts": marts.Gate}
PASSED, FAILED, TROUBLE = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Runs a gate.

    Args:
        arguments: of the command line.

    Returns:
        0 passed, with or without warnings; 1 a critical check failed; 2 the gate could not be run.
    """
    given = _parse(arguments)
    try:
        return _run(given.gate, given.warehouse, given.published, given.report or _beside(given.warehouse), given.json)
    except (SettingsError, LookupError, ValueError, OSError, duckdb.Error) as error:
        print(f"gate {given.gate}: can't be run: {error}", file=sys.stderr)
    except Exception:
        traceback.print_exc()
    return TROUBLE


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m flows.gates", description="Holds a warehouse to what must hold before a night goes on."
    )
    parser.add_argument("gate", choices=GATES, help="raw: what was landed; marts: what was built")
    parser.add_argument("--warehouse", type=Path, required=True, help="the DuckDB file; it is only read")
    parser.add_argument("--published", type=Path, help="the published DuckDB file, to compare the marts with")
    parser.add_argument(
        "--report", type=Path, help="folder for the HTML pages (they go to its <gate>/; default: <warehouse>.gates)"
    )
    parser.add_argument("--json", type=Path, help="file for the results")
    return parser.parse_args(arguments)


def _beside(warehouse: Path) -> Path:
    return warehouse.with_name(f"{warehouse.name}.gates")


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
) -> tuple[dict[str, list[Judged]], list[str]]:
    """Measures a warehouse.

    Args:
        gate: raw or marts.
        settings: the gate's limits.
        warehouse: the DuckDB file; it is only read.
        published: the published file, if there is one.

    Returns:
        The figures beside their limits by check, and the sources that are not in use.

    Raises:
        FileNotFoundError, LookupError: there is no such file, or nothing to measure in it.
        SettingsError: a setting does not fit the warehouse.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        _attach(connection, warehouse, "kpi")
        if gate == "marts" and published and published.exists():
            _attach(connection, published, "published")
        measures = GATES[gate](connection, settings)
        return {
            name: _worst_first(gate, name, measures.measure(name), limits) for name, limits in settings.items()
        }, measures.off


def _worst_first(gate: str, name: str, readings: list[Reading], limits: Limits) -> list[Judged]:
    sign = 1 if CHECKS[gate][name].least else -1
    return sorted(judge(readings, limits), key=lambda one: (sign * one.reading.value, one.reading.subject))


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    connection.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as {name} (read_only)")


def _tell(gate: str, passed: bool, results: list, off: list[str], index: str) -> None:
    """Prints what a person should know."""
    failed = sorted((one for one in results if not one.passed), key=lambda one: one.severity)
    critical = sum(one.severity == "critical" for one in failed)
    verdict = "passed" if passed else "FAILED"
    print(
        f"gate {gate}: {verdict}, {len(results)} checks, {critical} critical failed, {len(failed) - critical} warnings"
    )
    for one in failed:
        print(f"{one.severity}: {one.name}")
        print(f"  observed: {one.observed}")
        print(f"  expected: {one.expected}")
        print(f"  look at:  {one.message_en.rpartition('Look at: ')[2]}")
    if off:
        print(f"no rows, taken as not in use: {', '.join(off)}")
    print(f"report: {index}")


if __name__ == "__main__":
    sys.exit(main())
