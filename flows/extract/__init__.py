"""Loaders: each brings one source's changes into the raw root, whole or not at all.

    from flows.extract import load
    report = load("bitrix24", Path("raw"))

or `uv run kpi load bitrix24 --root raw --since 2026-01-01`; `--dry-run` says what would come.
"""

import os
import signal
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType

from flows.base.errors import (
    Busy,
    ConfigError,
    Incomplete,
    LimitReached,
    LoadError,
    Refused,
    RequestFailed,
    TimedOut,
    Unforeseen,
)
from flows.base.private import private_files
from flows.extract.commit import OWN_FOLDERS, Load
from flows.extract.common import YEARS, Deadline, LoadReport, Run, Settings, Total, grace

SOURCES = (
    *("bitrix24", "yandex_metrica", "yandex_direct", "bitrix_shop", "amocrm", "hubspot", "salesforce"),
    *("vk_ads", "google_ads", "ga4", "jira", "bitrix24_tasks", "files"),
)

__all__ = [
    "SOURCES",
    "Busy",
    "ConfigError",
    "Incomplete",
    "LimitReached",
    "LoadError",
    "LoadReport",
    "Refused",
    "RequestFailed",
    "Settings",
    "TimedOut",
    "Total",
    "Unforeseen",
    "load",
]


def load(
    source: str,
    raw_root: Path,
    since: date | None = None,
    until: date | None = None,
    dry_run: bool = False,
    now: datetime | None = None,
    settings: Settings | None = None,
) -> LoadReport:
    """Loads what is new or changed in one source.

    Args:
        source: one of `SOURCES`; its settings come from the environment, see its module.
        raw_root: the raw root; made if it is not there.
        since: first business day to load; None = from where the last load ended.
        until: last business day; None = up to now. With it, nothing is looked up that was deleted.
        dry_run: only ask the source what would come; nothing is written.
        now: when the load begins, with an offset; None = now.
        settings: how patient to be.

    Returns:
        What was done; its `warnings` are for a person to read.

    Raises:
        ConfigError: a setting is missing or wrong, or the raw root can't be written.
        Busy: another process loads the same source.
        Refused, LimitReached, RequestFailed, TimedOut, Incomplete: the source; nothing was loaded.
        Unforeseen: an error of the loader itself; nothing was loaded.
    """
    if source not in SOURCES:
        raise ConfigError(f"There is no source {source}", f"Sources: {', '.join(SOURCES)}")
    if since and until and since > until:
        raise ConfigError(f"since {since} is after until {until}", "Give the earlier day as since")
    if any(day and not YEARS[0] <= day.year <= YEARS[1] for day in (since, until)):
        raise ConfigError(
            f"since or until is of no year from {YEARS[0]} to {YEARS[1]}", "Leave it out, or give a nearer day"
        )
    begun = time.monotonic()
    settings = settings or Settings()
    now = (now or datetime.now(UTC)).astimezone(UTC)
    run = Run(source, Path(raw_root).absolute(), now, since, until, settings, Deadline(settings.load_seconds))
    module = import_module(f"flows.extract.{source}")
    try:
        with _ended_after(settings.load_seconds, source):
            with _plain_errors(source, {}):
                report = module.plan(run) if dry_run else _load(module, run)
    except OSError as error:
        trouble = f"{source}: {error.filename or 'the raw root'} can't be read or written ({error.strerror or error})"
    else:
        report.dry_run, report.seconds = dry_run, time.monotonic() - begun
        return report
    raise ConfigError(trouble, "Nothing was loaded; check the disk and its rights")


@contextmanager
def _plain_errors(source: str, rows: Mapping[str, int]) -> Iterator[None]:
    """Tells an error that nobody foresaw by its kind and its place in the code; its own text may quote a value.

    Args:
        source: the source's name.
        rows: what has come so far, by table.
    """
    try:
        yield
    except (LoadError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it ends this load alone, and is told in plain words
        where = traceback.extract_tb(error.__traceback__)[-1]
        table = next(reversed(rows), "")
        after = f"after {rows[table]} rows of {table}, " if table else ""
        trouble = f"{source}: {after}{type(error).__name__} in {os.path.basename(where.filename)}, line {where.lineno}"
    else:
        return
    raise Unforeseen(trouble, "Nothing was loaded; tell who looks after the loaders, with this line")


@contextmanager
def _ended_after(seconds: float, source: str) -> Iterator[None]:
    """Ends a load whose time is up wherever it waits, even for the next byte of an answer that comes drop by drop.

    The load's own deadline comes first, and leaves it some time to end what it has started at the source.
    Only the main thread can be interrupted so; in another one the deadline is looked at between two blocks of an answer.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise TimedOut(
            f"{source}: the load took longer than {seconds:.0f} s",
            "Nothing was loaded; load a shorter span with --since and --until, or allow more by KPI_LOAD_SECONDS",
        )

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds + grace(seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _load(module: ModuleType, run: Run) -> LoadReport:
    abandon = getattr(module, "abandon", None)
    with private_files(*(run.root / name for name in OWN_FOLDERS)):
        with Load(run, abandon(run) if abandon else None) as one:
            with _plain_errors(run.source, one.report.rows):
                one.commit(module.read(one, run))
    return one.report
