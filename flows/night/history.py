"""What nights leave behind: the state that a broken night is picked up from, and the run history in the raw root."""

import json
import os
import re
import shutil
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flows.base import redact
from flows.base.clock import iso
from flows.extract.commit import Load
from flows.extract.common import Deadline, LoadReport, Run
from flows.extract.common import Settings as LoadSettings
from flows.night.load import SourceLoad
from flows.restatements import Restated

KEEP_RUNS = 60  # folders of logs


@dataclass
class Night:
    """One attempt at a night, and how it went; kept as `run.json`, told in the message and in the run history.

    Args:
        run_id: its name.
        as_of: the date the figures are made on.
        started_at: when it began.
        scheduled_for: when it was due; None for a night that was asked for a day of its own.
        command: how to run it again.
        status: `published` or `failed`.
        step: where it failed.
        reason: the first lines of the error.
        loads: how each source's load went.
        newest: when each source last brought something, as ISO text.
        warnings: what a person should look at, by language.
        checks_run, checks_passed: expectations of the gates and data tests of dbt that looked at something.
        checks_not_looked_at: those of the gates that had nothing to look at, and said why.
        kpis_present, kpis_catalogued: KPIs that have a value, and all; None if no marts were built.
        version: what was published.
        finished_at: when it ended.
        logs: the folder with its logs.
        boards: the page that opens the published boards; empty if there is none.
        indicators: the head of sales's ten, of the newest day.
        pace: how the revenue of the month goes, if it has a plan.
        restated: which closed figures moved since the version before; None if nothing was compared.
    """

    run_id: str
    as_of: date
    started_at: datetime
    scheduled_for: datetime | None
    command: str
    status: str = "failed"
    step: str = ""
    reason: dict[str, list[str]] = field(default_factory=dict)
    loads: list[SourceLoad] = field(default_factory=list)
    newest: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    checks_run: int = 0
    checks_passed: int = 0
    checks_not_looked_at: int = 0
    kpis_present: int | None = None
    kpis_catalogued: int | None = None
    version: str = ""
    finished_at: datetime | None = None
    logs: str = ""
    boards: str = ""
    indicators: list[dict[str, Any]] = field(default_factory=list)
    pace: dict[str, Any] = field(default_factory=dict)
    restated: Restated | None = None

    def row(self) -> dict[str, Any]:
        """Its row of the entity `pipeline_runs`, with more for whoever looks into the raw files."""
        rows = {load.source: sum(load.rows.values()) if load.loaded else None for load in self.loads}
        return {
            "source_system": "kpi_warehouse",
            "run_id": self.run_id,
            "scheduled_for": self.scheduled_for and iso(self.scheduled_for),
            "started_at": iso(self.started_at),
            "finished_at": self.finished_at and iso(self.finished_at),
            "report": "daily",
            "status": self.status,
            "checks_run": self.checks_run,
            "checks_passed": self.checks_passed,
            "kpis_present": self.kpis_present,
            "kpis_catalogued": self.kpis_catalogued,
            "as_of": self.as_of.isoformat(),
            "version": self.version or None,
            "failed_step": self.step or None,
            "reason": redact.clean("\n".join(self.reason.get("en", []))) or None,
            "rows_by_source": rows,
            "loaded_at": iso(self.finished_at or self.started_at),
        }

    def save(self) -> None:
        """Writes it beside its logs."""
        _write(Path(self.logs) / "run.json", _cleaned(asdict(self)))


@dataclass
class State:
    """What the night under way has done so far; written at each step, so that a killed one is picked up there.

    Args:
        path: its file.
        night: which night it is: day, span, raw root. Another night begins with nothing.
        loaded: loads by source.
        built: fingerprint, size and time of the private file, with the checks that it passed.
        running: the attempt under way, as `Night.row` gives it; left by a killed one.
        kept: what is known of the last published build, which the next night may add to (flows/night/kept.py).
    """

    path: Path
    night: dict[str, Any] = field(default_factory=dict)
    loaded: dict[str, dict[str, Any]] = field(default_factory=dict)
    built: dict[str, Any] = field(default_factory=dict)
    running: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "State":
        """Reads the state; an unreadable one is an empty one."""
        try:
            return cls(path, **json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return cls(path)

    def write(self) -> None:
        """Writes it in one step."""
        content = {name: value for name, value in asdict(self).items() if name not in ("path", "kept")}
        _write(self.path, _cleaned(content) | {"kept": self.kept})


def _cleaned(value: Any) -> Any:
    """What is to be written, its texts without secrets. Numbers stay: a secret of digits may stand in any of them."""
    if isinstance(value, dict):
        return {name: _cleaned(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return redact.clean(value) if isinstance(value, str) else value


def _write(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    new = path.with_name(f".{path.name}.new")
    with open(new, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(new, path)


def add_row(raw_root: Path, row: dict[str, Any]) -> LoadReport:
    """Adds a row to `files/pipeline_runs` of the raw root, as a loader would: seen whole, never lost.

    Raises:
        LoadError: the raw root can't be written.
    """
    run = Run("nightly", raw_root, datetime.now(UTC), None, None, LoadSettings(wait_seconds=60), Deadline(60))
    with Load(run) as load:
        load.add("pipeline_runs", [row], folder="files")
        load.commit({})
    return load.report


def forget_runs(folder: Path) -> None:
    """Removes the oldest folders of logs."""
    runs = sorted(path for path in folder.iterdir() if re.match(r"\d{8}T", path.name))
    for path in runs[:-KEEP_RUNS]:
        shutil.rmtree(path, ignore_errors=True)
