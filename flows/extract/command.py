"""Loads from the command line (`kpi load`)."""

import logging
import sys
from datetime import date
from pathlib import Path

from flows import extract
from flows.base.settings import Settings
from flows.extract import ConfigError, LoadError


def run(systems: list[str], root: Path | None, since: date | None, until: date | None, dry_run: bool) -> int:
    """Loads one system after the other and prints their reports; one that fails stops no other.

    Args:
        systems: their names.
        root: the raw root; None = that of KPI_RAW_ROOT.
        since, until, dry_run: as `extract.load` takes them.

    Returns:
        The exit status: 0 done, 1 a load failed.

    Raises:
        ConfigError: there is no raw root.
    """
    settings = Settings.read()
    if not root and settings.is_demo:
        raise ConfigError("There is no raw root", "Set KPI_RAW_ROOT or give --root")
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S %Z", level=logging.WARNING)
    logging.getLogger("flows.extract").setLevel(logging.INFO)
    status = 0
    for system in systems:
        try:
            print(extract.load(system, root or settings.raw_root, since, until, dry_run))
        except LoadError as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            status = 1
    return status
