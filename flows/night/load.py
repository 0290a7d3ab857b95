"""The night's loads: all sources at once, each in a process of its own, again after a failure that may pass."""

import json
import os
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from flows.base import redact
from flows.base.process_group import ProcessGroup, TimedOut
from flows.base.settings import KPI, PROJECT, Settings
from flows.extract.common import grace
from flows.night.run_log import RunLog, Step

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


class LoadFailed(Exception):
    """An attempt at a load failed; `again` says whether another one may succeed."""

    def __init__(self, reason: str, again: bool):
        self.again = again
        super().__init__(reason)


class Loads:
    """Loads of several sources, side by side; leaving the `with` statement ends those that still run.

    Args:
        since, until: the first and last business day to load, or None for what is new.
        settings: attempts, pauses, times; after `loads_seconds` the night goes on without what is not loaded.
        run_log: where the loaders' lines go.
    """

    def __init__(self, since: date | None, until: date | None, settings: Settings, run_log: RunLog):
        self._days = [*(("--since", str(since)) if since else ()), *(("--until", str(until)) if until else ())]
        self._settings, self._run_log = settings, run_log
        self._end = time.monotonic() + settings.loads_seconds
        self._group = ProcessGroup()
        self._begun: dict[str, tuple[SourceLoad, Step]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._group.__exit__()

    def result(self, source: str) -> SourceLoad:
        """How a load went."""
        return self._begun[source][0]

    def attempt(self, source: str) -> None:
        """Tries to load a source once. Raises LoadFailed."""
        if source not in self._begun:
            self._begun[source] = SourceLoad(source), self._run_log.begin(f"load {source}")
        result, step = self._begun[source]
        pause = self._settings.load_pause_seconds * 2**result.attempts
        result.attempts += 1
        seconds = min(self._settings.load_seconds, self._end - time.monotonic())
        done, lines = self._run(source, step, seconds)
        if done:
            _read_report(result, self._settings.raw_root, lines)
            step.end(text=f"{sum(result.rows.values())} rows")
            return
        result.error = [line for line in lines if line.strip()][-5:] or ["no word was left"]
        reason = redact.clean(result.error[-1])
        lasting = reason.startswith(LASTING) or result.attempts >= self._settings.load_attempts
        again = not (lasting or self._group.closed.is_set() or time.monotonic() + pause >= self._end)
        if again:
            step.say(f"attempt {result.attempts} failed: {reason}; again in {pause:.0f} s")
        else:
            step.end(failed=True, text=reason)
        raise LoadFailed(reason, again)

    def _run(self, source: str, step: Step, seconds: float) -> tuple[bool, list[str]]:
        lines: list[str] = []

        def hear(line: str) -> None:
            lines.append(line)
            step.say(line)

        command = [*LOADER, source, "--root", self._settings.raw_root, *self._days]
        try:
            status = self._group.run(command, PROJECT, os.environ, seconds + grace(seconds), hear)
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
