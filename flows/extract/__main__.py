"""`python -m flows.extract SOURCE`: one load from the command line. Exit status 0 done, 1 failed, 2 wrong call."""

import argparse
import logging
import os
import signal
import sys
from datetime import date
from pathlib import Path

from flows.extract import SOURCES, LoadError, load


def main(arguments: list[str] | None = None) -> int:
    """Runs one load and prints its report.

    Args:
        arguments: of the command line; None = the process's own.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m flows.extract", description="Loads one source into the raw root.")
    parser.add_argument("source", choices=SOURCES)
    parser.add_argument("--root", type=Path, default=os.environ.get("KPI_RAW_ROOT"), help="default: KPI_RAW_ROOT")
    parser.add_argument(
        "--since", type=date.fromisoformat, help="first day, YYYY-MM-DD; default: where the last load ended"
    )
    parser.add_argument("--until", type=date.fromisoformat, help="last day, YYYY-MM-DD; default: up to now")
    parser.add_argument("--dry-run", action="store_true", help="say what would be loaded, and load nothing")
    asked = parser.parse_args(arguments)
    if not asked.root:
        parser.error("no raw root: set KPI_RAW_ROOT or give --root")
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.WARNING)
    logging.getLogger("flows.extract").setLevel(logging.INFO)
    try:
        report = load(asked.source, asked.root, asked.since, asked.until, asked.dry_run)
    except LoadError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(report)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a load that is stopped ends what it started
    sys.exit(main())
