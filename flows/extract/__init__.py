"""Loaders: each brings one source's changes into the raw root, whole or not at all.

    from flows.extract import load
    report = load("bitrix24", Path("raw"))

or `uv run python -m flows.extract bitrix24 --root raw --since 2026-01-01`; `--dry-run` says what would come.
"""

import time
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType

from flows.extract.commit import Load
from flows.extract.common import (
    Busy,
    ConfigError,
    Deadline,
    Incomplete,
    LimitReached,
    LoadError,
    LoadReport,
    Refused,
    RequestFailed,
    Run,
    Settings,
    TimedOut,
    Total,
)

SOURCES = ("bitrix24", "yandex_metrica", "yandex_direct", "bitrix_shop", "files")

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
    """
    if source not in SOURCES:
        raise ConfigError(f"There is no source {source}", f"Sources: {', '.join(SOURCES)}")
    if since and until and since > until:
        raise ConfigError(f"since {since} is after until {until}", "Give the earlier day as since")
    begun = time.monotonic()
    settings = settings or Settings()
    now = (now or datetime.now(UTC)).astimezone(UTC)
    run = Run(source, Path(raw_root).absolute(), now, since, until, settings, Deadline(settings.load_seconds))
    module = import_module(f"flows.extract.{source}")
    try:
        report = module.plan(run) if dry_run else _load(module, run)
    except OSError as error:
        trouble = f"{source}: {error.filename or 'the raw root'} can't be read or written ({error.strerror or error})"
    else:
        report.dry_run, report.seconds = dry_run, time.monotonic() - begun
        return report
    raise ConfigError(trouble, "Nothing was loaded; check the disk and its rights")


def _load(module: ModuleType, run: Run) -> LoadReport:
    abandon = getattr(module, "abandon", None)
    with Load(run, abandon(run) if abandon else None) as one:
        one.commit(module.read(one, run))
    return one.report
