"""The night's build: dbt into a private file, in processes of their own, from a raw root that stands still."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flows.base.process_group import ProcessGroup, TimedOut
from flows.base.redact import without_secrets
from flows.base.settings import KPI, PROJECT
from flows.night.run_log import RunLog, Step
from raw_views import contact_key

DBT: tuple[str | Path, ...] = (Path(sys.executable).with_name("dbt"),)
GATES: tuple[str | Path, ...] = (KPI, "gate")
CODE = (
    "models",
    "systems",
    "macros",
    "seeds",
    "raw_views",
    "flows/base/sql.py",
    "tests/dbt",
    "dbt_project.yml",
    "profiles.yml",
    "selectors.yml",
)
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "phonenumbers", "prefect", "pyarrow")
HISTORY = "files/pipeline_runs/"  # of the raw root: how nights went
QUIET = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "GX_ANALYTICS_ENABLED": "false"}


Show = Callable[[Step], object]


class BuildFailed(Exception):
    """dbt failed; `lines` tell where and why."""

    def __init__(self, lines: list[str]):
        self.lines = lines
        super().__init__(lines[0])


@dataclass(frozen=True)
class Place:
    """Where a night builds.

    Args:
        nightly: the folder of the nights.
        logs: the folder of this night's logs.
        as_of: the date the figures are made on.
    """

    nightly: Path
    logs: Path
    as_of: date

    @property
    def file(self) -> Path:
        """The private DuckDB file."""
        return self.nightly / "build" / "kpi.duckdb"

    @property
    def raw(self) -> Path:
        """The raw root that stands still."""
        return self.nightly / "raw"

    @property
    def target(self) -> Path:
        """dbt's own folder; kept from night to night, for its parsed project."""
        return self.nightly / "target"

    def environment(self) -> dict[str, str]:
        """The environment of dbt and the gates: this night's file, raw root and day, and no secret but the key of contact data."""
        key = {name: os.environ[name] for name in ("KPI_CONTACT_KEY", "KPI_CONTACT_KEY_FILE") if os.environ.get(name)}
        return without_secrets() | QUIET | {"KPI_CONTACT_KEY_FILE": str(self.nightly.parent / contact_key.NAME)} | key | {
            "KPI_RAW_ROOT": str(self.raw),
            "KPI_WAREHOUSE": str(self.file),
            "KPI_AS_OF": self.as_of.isoformat(),
            "KPI_RAW_VIEWS_CACHE": str(self.nightly / "raw_views"),
            "KPI_PROJECT_DIR": str(PROJECT),
        }  # fmt: skip


def freeze(raw_root: Path, frozen: Path) -> str | None:
    """Links the raw root as it is now, so that what is gated is what is built, whatever is loaded meanwhile.

    Loads that come later switch the raw root to another tree of files; this one goes on naming the present tree.

    Args:
        raw_root: the raw root.
        frozen: a folder for the links; made anew.

    Returns:
        The newest load in it; None if no loader keeps this raw root.
    """
    shutil.rmtree(frozen, ignore_errors=True)
    frozen.mkdir(parents=True)
    tree = (raw_root / ".current").resolve()
    for entry in sorted(os.listdir(raw_root)):
        if not entry.startswith("."):
            loaded = (raw_root / entry).is_symlink() and (tree / entry).exists()
            os.symlink(tree / entry if loaded else raw_root / entry, frozen / entry)
    return tree.name if tree.is_dir() else None


def fingerprint(place: Place) -> str:
    """What a build is made of: the raw files, the code, the day, the settings. The same fingerprint, the same build."""
    digest = hashlib.sha256(rules_hash(place).encode())
    digest.update(place.as_of.isoformat().encode())
    for name, facts in raw_files(place).items():
        if not name.startswith(HISTORY):  # a failed night adds a row to the history of nights
            digest.update(f"{name} {facts}\n".encode())
    return digest.hexdigest()


def raw_files(place: Place) -> dict[str, str]:
    """The raw files as they stand still: name → size, time of the last change and number on the disk."""
    found = {}
    for path in _files(place.raw):
        name, facts = os.fsencode(path.relative_to(place.raw)).decode("utf-8", "backslashreplace"), "nowhere"
        with suppress(OSError):  # a link that leads nowhere
            status = path.stat()
            facts = f"{status.st_size} {status.st_mtime_ns} {status.st_ino}"
        found[name] = facts
    return found


def rules_hash(place: Place) -> str:
    """What figures are made by, whatever the day and the data: the code, the settings, the key of contact data."""
    digest = hashlib.sha256(code_hash().encode())
    settings = {name: value for name, value in place.environment().items() if name.startswith(("KPI_", "DBT_"))}
    for name in sorted(settings):
        if "NOTIFY" not in name and name != "KPI_AS_OF":
            digest.update(f"{name}={settings[name]}\n".encode())
    with suppress(OSError):
        digest.update(Path(settings["KPI_CONTACT_KEY_FILE"]).read_bytes())
    return digest.hexdigest()


def code_hash() -> str:
    """What the models, macros, seeds and tests of the project say, and the versions of what runs them."""
    digest = hashlib.sha256(json.dumps(packages()).encode())
    for name in CODE:
        for path in _files(PROJECT / name):
            digest.update(f"{path.relative_to(PROJECT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _files(top: Path, above: tuple[str, ...] = ()) -> Iterator[Path]:
    """All files below a path, in one order. A folder that two links lead to has its files twice, as the raw views have them."""
    if not top.is_dir():
        if os.path.lexists(top):
            yield top
        return
    here, names = os.path.realpath(top), []
    with suppress(OSError):
        names = sorted(os.listdir(top))
    if here not in above:  # else it is a link back to a folder that holds it
        for name in names:
            if name != "__pycache__":
                yield from _files(top / name, (*above, here))


def packages() -> dict[str, str]:
    """The versions of what makes the figures."""
    return {name: version(name) for name in PACKAGES} | {"python": platform.python_version()}


def code() -> dict[str, Any]:
    """Which code it is: git's commit, whether files differ from it, and the hash of what dbt reads."""
    facts: dict[str, Any] = {"commit": None, "changed": None, "sha256": code_hash()}
    with suppress(OSError, subprocess.SubprocessError):
        facts["commit"] = _git("rev-parse", "HEAD")
        facts["changed"] = bool(_git("status", "--porcelain", "--untracked-files=no"))
    return facts


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(PROJECT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip()


def clear(place: Place) -> None:
    """Throws away the last build, whoever may still hold its file open, and gives its space back."""
    shutil.rmtree(place.file.parent, ignore_errors=True)


def dbt(
    verb: str, place: Place, seconds: float, step: Step, show: Show = lambda model: None, adds: bool = False
) -> dict[str, int]:
    """Runs dbt to its end; each model is a step of its own in the run_log.

    Args:
        verb: `seed` (which makes the raw views first) or `build`.
        place: where.
        seconds: how long it may take.
        step: the step that this is part of.
        show: called with the step of each model as it begins.
        adds: whether models take from the last build what has not changed (macros/reuse.sql).

    Returns:
        How many data tests ran (`run`), how many of them passed (`passed`).

    Raises:
        BuildFailed: it failed, or took too long; everything that it started has ended.
    """
    unfinished = place.target / ".unfinished"
    if unfinished.exists():  # it was killed while it wrote there
        shutil.rmtree(place.target)
    place.target.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    place.file.parent.mkdir(exist_ok=True)
    results = place.target / "run_results.json"
    results.unlink(missing_ok=True)
    events = Events(step.run_log, step, show)
    command = [*DBT, verb, "--target-path", place.target, "--log-path", place.logs, "--log-format", "json"]
    command += ["--log-format-file", "text", "--log-level-file", "info"]
    problems: list[tuple[str, str]] = []
    try:
        with ProcessGroup() as group:
            environment = place.environment() | {"KPI_BUILD_ADDS": "yes" if adds else "no"}
            status = group.run(command, PROJECT, environment, seconds, events.hear)
        problems = _problems(results) if status else []
    except TimedOut:
        raise BuildFailed([f"dbt {verb} took longer than {seconds:.0f} s and was ended"]) from None
    finally:
        events.close(problems)
    if status > 128:
        raise BuildFailed([f"dbt {verb} was ended by signal {status - 128}"])
    unfinished.unlink()
    if status:
        told = [f"{name}: {message}" for name, message in problems] or events.errors
        raise BuildFailed(told or [f"dbt {verb} ended with status {status}; see {place.logs / 'dbt.log'}"])
    return events.tests


def _problems(results: Path) -> list[tuple[str, str]]:
    """What failed and why, from what dbt wrote at its end."""
    with suppress(OSError, ValueError, KeyError):
        return [
            (result["unique_id"].split(".")[2], " ".join((result["message"] or "").split()))
            for result in json.loads(results.read_text("utf-8"))["results"]
            if result["status"] in ("error", "fail", "runtime error")
        ]
    return []


class Events:
    """dbt's stream of events, as steps of the run_log: one for each model and seed, and for each test that speaks.

    Args:
        run_log: where the steps begin.
        parent: where everything else is said.
        show: called with each step as it begins.

    Attributes:
        tests: data tests `run` and `passed`.
        errors: what was said at error level.
    """

    def __init__(self, run_log: RunLog, parent: Step, show: Show = lambda model: None):
        self._run_log, self._parent, self._show = run_log, parent, show
        self._open: dict[str, Step] = {}
        self._failed: dict[str, Step] = {}
        self._tenths = 0
        self.tests = {"run": 0, "passed": 0}
        self.errors: list[str] = []

    def hear(self, line: str) -> None:
        """Takes one line that dbt printed."""
        try:
            event = json.loads(line)
            data, info = event["data"], event["info"]
        except (ValueError, TypeError, KeyError):  # not dbt's own
            self._parent.say(line, shown=False)
            return
        node = data.get("node_info") or {}
        kind, name = node.get("resource_type"), node.get("node_name", "")
        if info["name"] == "LogStartLine" and kind in ("model", "seed"):
            self._open[name] = self._begin(name)
            self._open[name].say(info["msg"])
        elif info["name"] in ("LogModelResult", "LogSeedResult") and name in self._open:
            self._open[name].say(info["msg"])
            self._end(self._open.pop(name), name, data)
        elif info["name"] == "LogTestResult":
            self.tests["run"] += 1
            self.tests["passed"] += data["status"] == "pass"
            if data["status"] != "pass":
                self._end(self._begin(name), name, data)
            self._progress(data)
        elif info["name"] not in ("LogStartLine", "Formatting") and info["msg"].strip():
            self._parent.say(info["msg"], shown=info["name"] == "JinjaLogInfo" and info["msg"].startswith("raw"))
        if info["level"] == "error" and info["msg"].strip():
            self.errors.append(" ".join(info["msg"].split()))

    def _begin(self, name: str) -> Step:
        step = self._run_log.begin(f"dbt {name}", shown=False)
        self._show(step)
        return step

    def _end(self, step: Step, name: str, data: dict[str, Any]) -> None:
        if data["status"] in ("error", "fail", "runtime error"):
            self._failed[name] = step  # why, dbt says at its end
        else:
            step.end(text=str(data["status"]) if data["status"] == "warn" else "")
        self._progress(data)

    def _progress(self, data: dict[str, Any]) -> None:
        total = data.get("total") or data.get("num_models") or 0
        if total >= 20 and data["index"] * 10 // total > self._tenths:
            self._tenths = data["index"] * 10 // total
            self._parent.say(f"{data['index']} of {total}")

    def close(self, problems: list[tuple[str, str]]) -> None:
        """Ends what is still open: what failed with its reason, what was cut short as such."""
        why = dict(problems)
        for name, step in self._failed.items():
            step.end(failed=True, text=why.get(name, ""))
        for step in self._open.values():
            step.end(failed=True, text="it did not end")


def gate(which: str, place: Place, published: Path, seconds: float, step: Step) -> dict[str, Any]:
    """Runs a gate in a process of its own.

    Args:
        which: `raw` or `marts`.
        place: the file that is judged, and where the report goes.
        published: the file that BI reads now; it need not be there.
        seconds: how long it may take.
        step: where its lines go.

    Returns:
        What it found: `passed`, `checks`, `data_docs`.

    Raises:
        BuildFailed: it could not judge.
    """
    told = place.logs / f"{which}.json"
    lines: list[str] = []

    def hear(line: str) -> None:
        lines.append(line)
        step.say(line, shown=False)

    before = ("--published", published) if published.exists() else ()
    report = ("--warehouse", place.file, "--report", place.logs / "gates", *before, "--json", told)
    try:
        with ProcessGroup() as group:
            status = group.run([*GATES, which, *report], PROJECT, place.environment(), seconds, hear)
    except TimedOut:
        raise BuildFailed([f"the gate took longer than {seconds:.0f} s and was ended"]) from None
    if status not in (0, 1):
        raise BuildFailed([line for line in lines if line.strip()][-5:] or [f"the gate ended with status {status}"])
    try:
        found = json.loads(told.read_text("utf-8"))
        if found["passed"] != (status == 0):
            raise ValueError
        return found
    except (OSError, ValueError, KeyError):
        raise BuildFailed([f"the gate ended with status {status} and left no report that says so"]) from None
