"""The night's loads: all sources at once, each in a process of its own, again after a failure that may pass."""

import json
import os
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from flows.base.process_group import ProcessGroup, TimedOut
from flows.base.settings import KPI, PROJECT, Settings
from flows.extract.common import grace
from flows.run_log import RunLog, Step

LOADER: tuple[str | Path, ...] = (KPI, "load")
LASTING = ("ConfigError", "Refused")  # errors of a loader that no second attempt heals


@dataclass
class SourceLoad:
    """How the load of a source went.

    Args:
        source: its name.
        loaded: whether it succeeded.
        rows: by table.
        warnings: of its loader.
        error: the last lines of the last failed attempt.
        attempts: how many there were.
    """

    source: str
    loaded: bool = False
    rows: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    error: list[str] = field(default_factory=list)
    attempts: int = 0


def load_all(
    sources: list[str],
    since: date | None,
    until: date | None,
    settings: Settings,
    run_log: RunLog,
    done: Callable[[SourceLoad], None],
) -> list[SourceLoad]:
    """Loads sources side by side. One that fails stops no other; how it failed is in what is returned.

    Args:
        sources: their names.
        since, until: the first and last business day to load, or None for what is new.
        settings: attempts, pauses, times; after `loads_seconds` the night goes on without what is not loaded.
        run_log: where the loaders' lines go.
        done: called with each load that succeeded, as it does.
    """
    if not sources:
        return []
    days = [*(("--since", since.isoformat()) if since else ()), *(("--until", until.isoformat()) if until else ())]
    until_all = time.monotonic() + settings.loads_seconds
    with ThreadPoolExecutor(len(sources)) as pool, ProcessGroup() as group:
        loads = [pool.submit(_load, source, days, settings, run_log, group, until_all) for source in sources]
        for load in as_completed(loads):
            if load.result().loaded:
                done(load.result())
        return [load.result() for load in loads]


def _load(
    source: str, days: list[str], settings: Settings, run_log: RunLog, group: ProcessGroup, end: float
) -> SourceLoad:
    """Loads a source by the moment `end` of the monotonic clock."""
    step = run_log.begin(f"load {source}")
    result = SourceLoad(source)
    pause = settings.load_pause_seconds
    while True:
        result.attempts += 1
        done, lines = _attempt(source, days, settings, step, group, min(settings.load_seconds, end - time.monotonic()))
        if done:
            _read_report(result, settings.raw_root, lines)
            step.end(text=f"{sum(result.rows.values())} rows")
            return result
        result.error = [line for line in lines if line.strip()][-5:] or ["no word was left"]
        lasting = result.error[-1].startswith(LASTING)
        no_time = time.monotonic() + pause >= end
        if lasting or no_time or result.attempts >= settings.load_attempts or group.closed.is_set():
            step.end(failed=True, text=result.error[-1])
            return result
        step.say(f"attempt {result.attempts} failed: {result.error[-1]}; again in {pause:.0f} s")
        group.closed.wait(pause)
        pause *= 2


def _attempt(
    source: str, days: list[str], settings: Settings, step: Step, group: ProcessGroup, seconds: float
) -> tuple[bool, list[str]]:
    lines: list[str] = []

    def hear(line: str) -> None:
        lines.append(line)
        step.say(line)

    command = [*LOADER, source, "--root", settings.raw_root, *days]
    try:
        status = group.run(command, PROJECT, os.environ, seconds + grace(seconds), hear)
    except TimedOut:
        return False, [*lines, f"it took longer than {seconds:.0f} s and was ended"]
    if status > 128:
        lines.append(f"the loader was ended by signal {status - 128}")
    return status == 0, lines


def _read_report(result: SourceLoad, raw_root: Path, lines: list[str]) -> None:
    """Fills in what the loader wrote into the raw root about its load."""
    result.loaded, result.error = True, []
    found = re.search(r"load (\d{8}T\S+):", "\n".join(lines))
    if found:
        report = json.loads((raw_root / ".loads" / f"{found[1]}.json").read_text("utf-8"))
        result.rows, result.warnings = report["rows"], report["warnings"]


def newest_loads(raw_root: Path) -> dict[str, datetime]:
    """When each source of a raw root last brought something: its last load, or its newest file if nothing loads it."""
    newest: dict[str, datetime] = {}
    for path in raw_root.glob(".loads/*Z-*-*.json"):
        stamp, source, _ = path.stem.split("-")
        moment = datetime.strptime(stamp, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
        newest[source] = max(moment, newest.get(source, moment))
    for folder in raw_root.iterdir() if raw_root.is_dir() else ():
        if folder.name[0] not in "._" and folder.name != "control" and folder.is_dir() and folder.name not in newest:
            times = [path.stat().st_mtime for path in folder.glob("*/*") if path.is_file()]
            if times:
                newest[folder.name] = datetime.fromtimestamp(max(times), UTC)
    newest.pop("nightly", None)  # the run history
    return newest
