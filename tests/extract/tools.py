"""What the tests of the loaders share: quick settings, what a reader sees, child processes that are killed."""

import os
import signal
import traceback
from datetime import UTC, datetime
from pathlib import Path

import dlt.sources.helpers.requests  # noqa: F401  so that no load's time goes by with imports
import pyarrow.parquet as pq

from flows.extract import Settings

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
QUICK = Settings(
    connect_seconds=2,
    read_seconds=2,
    attempts=4,
    backoff_seconds=0.01,
    backoff_max_seconds=0.02,
    poll_seconds=0.01,
    wait_seconds=3,
    load_seconds=100,
    rate_per_second=10_000,
    burst=10_000,
    amocrm_per_second=10_000,
    hubspot_per_second=10_000,
    hubspot_searches_per_second=10_000,
    chain=4,
)


def read(root: Path, source: str, table: str) -> list[dict]:
    """What a reader sees: `<source>/<table>/*.parquet`, in the order of the files' names."""
    files = sorted(Path(root, source, table).glob("*.parquet"))
    return [row for path in files for row in pq.read_table(path).to_pylist()]


def alive(root: Path, source: str, table: str, *key: str) -> dict:
    """The newest row of each key that is not deleted."""
    newest = {}
    for row in sorted(read(root, source, table), key=lambda row: row["_loaded_at"]):
        newest[tuple(row.get(name) for name in key) if len(key) > 1 else row[key[0]]] = row
    return {name: row for name, row in newest.items() if row.get("_deleted") != "Y"}


def seen(root: Path) -> dict[str, int]:
    """The number of rows that a reader sees, by source/table; nothing that begins with a dot."""
    tables = [table for table in Path(root).glob("[!.]*/[!.]*") if table.is_dir()] if Path(root).exists() else []
    return {f"{table.parent.name}/{table.name}": len(read(root, table.parent.name, table.name)) for table in tables}


def started(action) -> int:
    """Runs an action in a child process and gives its id."""
    child = os.fork()
    if not child:
        status = 1
        try:
            action()
            status = 0
        finally:
            traceback.print_exc()
            os._exit(status)
    return child


def ended(child: int) -> int:
    """Waits for a child process and gives its exit status, negative if it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_when_held(server, action) -> int:
    """Runs a load in a child process, kills it with SIGKILL while the server holds a request, and gives its status."""
    child = started(action)
    assert server.held.wait(20)
    os.kill(child, signal.SIGKILL)
    server.released.set()
    return ended(child)
