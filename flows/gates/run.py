"""One gate on one warehouse (`kpi gate`)."""

import json
import logging
import sys
import traceback
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from flows.base.errors import ConfigError
from flows.gates.settings import Limits, SettingsError, read

if TYPE_CHECKING:
    from flows.gates.suites import Seen

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
    seen, off = examine(gate, settings, warehouse, published, report.absolute() / gate)
    from flows.gates.suites import results as in_words

    results = in_words(gate, seen, settings)
    passed = not any(one.severity == "critical" and not one.passed for one in results)
    index = str(report.absolute() / gate / "index.html")
    if answer:
        content = {"gate": gate, "passed": passed, "checks": [asdict(one) for one in results], "data_docs": index}
        answer.parent.mkdir(parents=True, exist_ok=True)
        answer.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    _tell(gate, passed, results, off, index)
    return PASSED if passed else FAILED


def examine(
    gate: str, settings: dict[str, Limits], warehouse: Path, published: Path | None = None, docs: Path | None = None
) -> tuple[dict[str, "Seen"], list[str]]:
    """Holds a warehouse to the limits of a gate.

    Args:
        gate: raw or marts.
        settings: the gate's limits.
        warehouse: the DuckDB file; it is only read.
        published: the published file, if there is one.
        docs: folder for the HTML pages; None = no pages.

    Returns:
        What each check saw, and the sources that are not in use.

    Raises:
        FileNotFoundError, LookupError: there is no such file, or nothing to look at in it.
        SettingsError: a setting does not fit the warehouse.
    """
    if not warehouse.is_file():
        raise FileNotFoundError(f"there is no file {warehouse}")
    with warnings.catch_warnings(action="ignore"):
        from flows.gates import marts, raw, suites  # takes seconds

        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        with suites.attached(warehouse, published) as connection:
            rules = {"raw": raw.Gate, "marts": marts.Gate}[gate](connection, settings)
            return suites.examine(gate, rules.rules(), settings, connection.execute, docs), rules.off


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
