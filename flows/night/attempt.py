"""One attempt at a night: what it is asked for, its lock, what it has done so far, how it ends.

Its steps are the tasks of a Prefect flow (see `flow`). Whatever fails, BI goes on reading the last good night. A failed or
killed night is picked up where it stopped by the same command on the same day: sources that were loaded are not loaded
again, a build that was whole is not built again; a build that was not whole begins anew, in a private file.
"""

import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from flows.base import redact
from flows.base.errors import ConfigError, LoadError
from flows.base.locks import Lock, Locked
from flows.base.private import private_files
from flows.base.project import variables
from flows.base.settings import Settings
from flows.extract import SOURCES
from flows.night import build
from flows.night.build import BuildFailed, Place
from flows.night.history import Night, State, add_row, forget_runs
from flows.night.kept import note, settled, stamp, why_anew
from flows.night.load import SourceLoad, newest_loads
from flows.night.report import send, summary
from flows.night.run_log import RunLog, Step
from flows.publish import PublishError, Version, current_of, manifest_of

PUBLISHED, FAILED, WRONG_CALL, STOPPED_BY_GATE, ANOTHER_NIGHT = range(5)
EXPECTED = (BuildFailed, LoadError, PublishError, OSError, duckdb.Error)  # what ends a night with a reason


@dataclass(frozen=True)
class Options:
    """What a night is asked for.

    Args:
        sources: to load; None = those that the environment has the settings of.
        as_of: the date the figures are made on; None = today in the business's zone.
        since, until: load these days again from the sources (a back-fill); None = what is new.
        load: whether to load at all.
        fresh: forget what a broken night of the same day has done.
        command: how people run it again.
    """

    sources: tuple[str, ...] | None = None
    as_of: date | None = None
    since: date | None = None
    until: date | None = None
    load: bool = True
    fresh: bool = False
    command: str = "uv run kpi night"


class NightFailed(Exception):
    """The night ends here.

    Args:
        reason: lines for people, by language.
        status: the exit status.
    """

    def __init__(self, reason: dict[str, list[str]], status: int = FAILED):
        self.reason, self.status = reason, status
        super().__init__(redact.clean(reason["en"][0]))


def attempt(options: Options, settings: Settings, through: Callable[["Run"], None]) -> int:
    """Runs one night under its lock.

    Args:
        options: what is asked for.
        settings: of the environment.
        through: does its steps.

    Returns:
        The exit status: 0 published, 1 failed, 3 stopped by a gate, 4 another night is at work.

    Raises:
        ConfigError: it was asked for something that can't be; nothing was begun.
    """
    redact.learn()
    begun = datetime.now(UTC)
    options = _checked(options, settings, begun)
    holder = f"a night that began at {begun:%Y-%m-%d %H:%M} UTC, process {os.getpid()}"
    try:
        with private_files(settings.nightly), Lock(settings.nightly / "lock", holder):
            run = Run(options, settings, begun)
            through(run)
            return run.status
    except Locked as error:
        print(f"Nothing was done: another night is at work ({error})", file=sys.stderr)
        return ANOTHER_NIGHT
    except OSError as error:  # before there is a log to write to
        day = options.as_of or settings.today(begun)
        night = Night("", day, begun, None, options.command, step="beginning", logs=str(settings.nightly))
        night.reason = _both([f"{error.filename or settings.nightly} can't be written ({error.strerror or error})"])
        told = summary(night, settings)
        print(told, file=sys.stderr)
        send(told, lambda text: print(redact.clean(text), file=sys.stderr))
        return FAILED


def _checked(options: Options, settings: Settings, now: datetime) -> Options:
    """The options with what the environment adds. Raises ConfigError."""
    sources = settings.loaded if options.sources is None else options.sources
    unknown = [source for source in sources if source not in SOURCES]
    if unknown:
        raise ConfigError(f"There is no source {unknown[0]}", f"Sources: {', '.join(SOURCES)}")
    if options.until and not options.since:
        raise ConfigError("--to needs --from", "Give the first day too")
    if options.since and options.until and options.since > options.until:
        raise ConfigError(f"--from {options.since} is after --to {options.until}", "Give the earlier day first")
    if options.as_of and options.as_of > settings.today(now):
        raise ConfigError(f"--as-of {options.as_of} is in the future", f"Today is {settings.today(now)}")
    if settings.is_demo and options.load and sources:
        raise ConfigError("KPI_RAW_ROOT is not set", "Loads need a folder to put their files into, or give --no-load")
    return replace(options, sources=tuple(dict.fromkeys(sources)) if options.load else ())


class Run:
    """One attempt at a night, under its lock: what its steps share.

    Attributes:
        night: how it goes, for people.
        state: what is done, for the attempt after it.
        status: the exit status.
        begun, ended: whether it has begun and ended.
        seen: whether a Prefect server takes what is told of it.
        adds: whether it adds to the build of the last night.
        mistake: what stopped it that nobody expected.
    """

    under_way: ContextVar["Run | None"] = ContextVar("under_way", default=None)  # of the command `kpi night`

    def __init__(self, options: Options, settings: Settings, begun: datetime):
        self.options, self.settings = options, settings
        self.as_of = options.as_of or (_demo_day() if settings.is_demo else settings.today(begun))
        run_id = f"{begun:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        logs = settings.nightly / "runs" / run_id
        own_day = options.as_of or options.since or settings.is_demo
        due = None if own_day else settings.due(self.as_of).astimezone(UTC)
        self.night = Night(run_id, self.as_of, begun, due, options.command, logs=str(logs))
        self.run_log = RunLog(logs / "night.log", settings.timezone)
        self.place = Place(settings.nightly, logs, self.as_of)
        self.state = State.read(settings.nightly / "state.json")
        self.status = FAILED
        self.begun = self.ended = False
        self.seen = True
        self.adds = False
        self.mistake: BaseException | None = None
        self._checks: list[dict[str, Any]] = []
        self._mark: list[Any] = []
        self._noted: dict[str, Any] = {}
        self._raw_load: str | None = None
        self._lock = threading.Lock()

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """A step; whatever can be expected to fail in it ends the night as NightFailed."""
        self.night.step = name
        try:
            with self.run_log.step(name) as step:
                yield step
        except EXPECTED as error:
            raise NightFailed(_both(_lines(error))) from None
        self.night.step = ""

    def begin(self) -> None:
        """Puts a killed predecessor into the history, and finds out what of this night is done."""
        state, settings = self.state, self.settings
        self.begun = True
        self.run_log.tell(f"night of {self.as_of}, run {self.night.run_id}, raw root {settings.raw_root}")
        self.night.step = "beginning"
        if state.running:
            published = current_of(settings.published)
            facts = manifest_of(settings.published, published) if published else {}
            whole = facts.get("run_id") == state.running["run_id"]
            self.run_log.tell(
                f"the run {state.running['run_id']} was killed {'after' if whole else 'before'} publishing"
            )
            row = state.running | {
                "status": "published" if whole else "failed",
                "version": published if whole else None,
            }
            row |= {"reason": None if whole else "killed", "loaded_at": self.night.row()["loaded_at"]}
            self._add_row(row)
            state.night = {} if whole else state.night
        night = {
            "as_of": self.as_of.isoformat(),
            "since": self.options.since and self.options.since.isoformat(),
            "until": self.options.until and self.options.until.isoformat(),
            "raw_root": str(settings.raw_root),
        }
        if state.night != night or self.options.fresh:
            state.night, state.loaded, state.built = night, {}, {}
        if self.options.fresh:
            state.kept = {}
        if not state.built and not state.kept:
            build.clear(self.place)
        state.running = self.night.row()
        state.write()

    def end(self, error: BaseException | None = None) -> None:
        """Takes note of how it ended: published, or with an error."""
        if error is None:
            self.night.status, self.status, self.state.night = "published", PUBLISHED, {}
        elif isinstance(error, NightFailed):
            self.status, self.night.reason = error.status, error.reason
        elif isinstance(error, EXPECTED):
            self.night.reason = _both(_lines(error))
        else:
            self.mistake = error
            self.status = FAILED if isinstance(error, Exception) else 128 + signal.SIGTERM
            self.night.reason = _both([f"it was stopped from outside ({type(error).__name__})"])

    @staticmethod
    def is_expected(error: BaseException) -> bool:
        """Whether it ends a night with a reason, rather than from outside or by a mistake in the code."""
        return isinstance(error, (NightFailed, *EXPECTED))

    def to_load(self) -> list[str]:
        """The sources that no earlier attempt at this night has loaded."""
        waiting = [source for source in self.options.sources if source not in self.state.loaded]
        for source in self.options.sources:
            if source not in waiting:
                self.run_log.tell(f"load {source}: done by an earlier run of this night")
        self.night.step = "load" if waiting else ""
        return waiting

    def keep_load(self, load: SourceLoad) -> None:
        """Takes note of a load that succeeded; loads run side by side."""
        with self._lock:
            self.state.loaded[load.source] = asdict(load)
            self.state.write()

    def loads_done(self, loads: list[SourceLoad]) -> None:
        """Takes note of all loads: those of this attempt, and those of earlier ones."""
        now = {load.source for load in loads}
        before = [SourceLoad(**self.state.loaded[source]) for source in self.options.sources if source not in now]
        self.night.loads = before + loads
        newest = newest_loads(self.settings.raw_root)
        self.night.newest = {source: moment.isoformat(timespec="seconds") for source, moment in newest.items()}
        self.night.warnings = _both([f"{load.source}: {text}" for load in self.night.loads for text in load.warnings])
        self.night.step = ""

    def warn(self, text: str) -> None:
        """Adds what a person should look at."""
        for lines in self.night.warnings.values():
            lines.append(text)

    def freeze(self) -> None:
        """Makes the raw root stand still for this night."""
        if not self.settings.raw_root.is_dir():
            raise NightFailed(_both([f"The raw root {self.settings.raw_root} is not there: set KPI_RAW_ROOT"]))
        self._raw_load = build.freeze(self.settings.raw_root, self.place.raw)
        self._mark = [build.fingerprint(self.place)]
        self._noted = note(self.place)  # before the build: what changes meanwhile is seen by the next night

    def is_built(self) -> bool:
        """Whether an earlier attempt has built the same file. If not, this one adds to the build of the last night, or throws it away."""
        if self.state.built and self.state.built["mark"] == self._mark + stamp(self.place.file):
            self.run_log.tell("build: done by an earlier run of this night")
            self.count(self.state.built["checks"], **self.state.built["tests"])
            return True
        why = why_anew(self.state.kept, self.place)
        self.adds = not why
        if self.adds:
            self.run_log.tell(f"build: adds to that of {self.state.kept['as_of']}")
        else:
            self.run_log.tell(f"build: everything is made anew, because {why}")
            build.clear(self.place)
        self.state.built, self.state.kept = {}, {}
        self.state.write()
        return False

    def keep_build(self, tests: dict[str, int]) -> None:
        """Takes note of a build that is whole."""
        mark, checks = self._mark + stamp(self.place.file), list(self._checks)
        self.count([], **tests)
        self._noted = settled(self._noted, note(self.place))
        self.state.built = {"mark": mark, "checks": checks, "tests": tests}
        self.state.write()

    def judge(self, found: dict[str, Any], step: Step) -> None:
        """Takes note of what a gate found. Raises NightFailed if a critical check failed."""
        failed = self.count(found["checks"])
        if not found["passed"]:
            critical = [check for check in failed if check["severity"] == "critical"]
            raise NightFailed({language: _told(critical, language) for language in ("en", "ru")}, STOPPED_BY_GATE)
        step.text = f"{len(found['checks']) - len(failed)} of {len(found['checks'])} checks passed"

    def count_kpis(self) -> None:
        """Counts the KPIs that were built, and those that have a value."""
        with duckdb.connect(str(self.place.file), read_only=True) as built:
            (self.night.kpis_catalogued,) = built.execute("select count(*) from marts.kpi_catalogue").fetchone()
            (self.night.kpis_present,) = built.execute(
                "select count(distinct kpi_id) from marts.kpi_values where dimension = 'all' and value is not null"
            ).fetchone()

    def keep_boards(self, made: bool) -> None:
        """Takes note of where the boards are; a person should know if they could not be made."""
        if made:
            self.night.boards = str(self.settings.published / "boards" / "index.html")
        else:
            self.warn("the boards could not be made: `uv run kpi boards` says why")

    def keep_restated(self, version: Version) -> None:
        """Keeps which closed figures moved; a person should know if they could not be compared."""
        self.night.restated = version.restated
        if not version.is_compared:
            self.warn("closed figures could not be compared with the version before: the log says why")

    def indicators(self) -> list[dict[str, Any]]:
        """The head of sales's daily report of the newest day, if there is one."""
        language = self.settings.language
        columns = [f"name_{language}", "period_start", "value", "plan_value", "previous_value", "sign"]
        columns += ["unit", f"sign_{language}"]
        query = f"select {', '.join(columns)} from marts.report_daily where is_latest order by position"
        with suppress(duckdb.Error), duckdb.connect(str(self.place.file), read_only=True) as built:
            rows = built.execute(query).fetchall()
            return [dict(zip(columns, (None if cell is None else str(cell) for cell in row))) for row in rows]
        return []

    def pace(self) -> dict[str, Any]:
        """How the revenue of the running month goes, if it has a plan: to date, share of the plan to date, run rate."""
        columns = [f"name_{self.settings.language}", "unit", "value", "plan_share", "run_rate_value"]
        query = (
            f"select {', '.join(columns)} from (select *, value / nullif(target_to_date, 0) as plan_share from marts.kpi_to_date)"
            " inner join marts.kpi_catalogue using (kpi_id) where kpi_id = 'revenue' and time_window = 'month'"
            " and dimension = 'all' and plan_share is not null and run_rate_value is not null"
        )
        with suppress(duckdb.Error), duckdb.connect(str(self.place.file), read_only=True) as built:
            if row := built.execute(query).fetchone():
                return dict(zip(columns, map(str, row)))
        return {}

    def count(self, checks: list[dict[str, Any]], run: int = 0, passed: int = 0) -> list[dict[str, Any]]:
        """Counts checks of a gate, and data tests, into the night; returns the checks that failed."""
        failed = [check for check in checks if not check["passed"]]
        self._checks += checks
        seen = [check for check in checks if check.get("looked_at", True)]
        self.night.checks_run += len(seen) + run
        self.night.checks_passed += sum(check["passed"] for check in seen) + passed
        self.night.checks_not_looked_at += len(checks) - len(seen)
        for language, lines in self.night.warnings.items():
            lines += _told([check for check in failed if check["severity"] != "critical"], language)
        return failed

    def facts(self) -> dict[str, Any]:
        """What the manifest says: when, from what, by which code, which checks passed."""
        with duckdb.connect(str(self.place.file), read_only=True) as built:
            sources = built.execute(
                "select source_name, sum(raw_rows), sum(rejected_rows), max(load_day) from marts.source_tie_out"
                " group by source_name order by source_name"
            ).fetchall()
        return {
            "as_of": self.as_of.isoformat(),
            "run_id": self.night.run_id,
            "raw_root": str(self.settings.raw_root),
            "raw_load": self._raw_load,
            "sources": {
                source: {"rows": int(rows), "rejected_rows": int(rejected), "newest_load_day": day and day.isoformat()}
                for source, rows, rejected, day in sources
            },
            "not_loaded": [load.source for load in self.night.loads if not load.loaded],
            "code": build.code(),
            "packages": build.packages(),
            "checks": {
                "run": self.night.checks_run,
                "passed": self.night.checks_passed,
                "not_looked_at": self.night.checks_not_looked_at,
                "gates": {check["name"]: check["passed"] for check in self._checks},
            },
        }

    def close(self) -> None:
        """The run history, the message, the state; nothing here fails the night."""
        night = self.night
        night.finished_at = datetime.now(UTC)
        if not self.state.built:  # half a build is of no use, and may have filled the disk
            build.clear(self.place)
        self._add_row(night.row())
        try:
            if night.status == "published":
                self.state.loaded, self.state.built = {}, {}
                self.state.kept = self._noted | {"stamp": stamp(self.place.file)}
            self.state.running = {}
            self.state.write()
            night.save()
            forget_runs(self.settings.nightly / "runs")
        except OSError as error:
            self.run_log.tell(f"what was done can't be written down ({error.strerror})")
        for line in summary(night, self.settings).splitlines():
            self.run_log.tell(line)
        send(summary(night, self.settings), self.run_log.tell, self._attached())
        self.ended = True

    def _attached(self) -> list[Path]:
        """The files that go with the message: those that the settings name, of the boards of a published night."""
        if not self.night.boards or self.night.status != "published":
            return []
        folder = Path(self.night.boards).parent
        files = [folder / Path(name).name for name in self.settings.notify_files.split()]
        for file in files:
            if not file.is_file():
                self.run_log.tell(f"KPI_NOTIFY_FILES: there is no {file}, so it is not attached")
        return [file for file in files if file.is_file()]

    def _add_row(self, row: dict[str, Any]) -> None:
        if self.settings.is_demo:
            return  # the demo's raw root is part of the repository
        if not self.settings.raw_root.is_dir():
            return  # a mistyped one must not be made
        try:
            add_row(self.settings.raw_root, row)
        except (LoadError, OSError) as error:
            self.run_log.tell(f"the run history of the raw root lacks {row['run_id']}: {error}")


def _told(checks: list[dict[str, Any]], language: str) -> list[str]:
    return [f"{check['name']}: {check[f'message_{language}']}" for check in checks]


def _lines(error: Exception) -> list[str]:
    if isinstance(error, BuildFailed):
        return error.lines
    if isinstance(error, LoadError | PublishError):
        return [str(error)]
    return (str(error).splitlines() or [type(error).__name__])[:5]


def _both(lines: list[str]) -> dict[str, list[str]]:
    """Lines that are the same in either language: they quote what a program said."""
    return {"en": list(lines), "ru": list(lines)}


def _demo_day() -> date:
    return date.fromisoformat(variables()["demo_as_of"])
