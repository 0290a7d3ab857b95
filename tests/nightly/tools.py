"""What the tests of the nightly run share: small built files, whole readings of what is published, nights in a process."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from functools import cache
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]


@cache
def prefect_server() -> dict[str, str]:
    """The environment of a client of a Prefect server; there is one for all nights of a test process, for it starts slowly."""
    home = tempfile.TemporaryDirectory()
    client, process = start_prefect(home.name)

    def end() -> None:
        process.terminate()
        process.wait(30)
        home.cleanup()

    atexit.register(end)
    return client


def start_prefect(home: str) -> tuple[dict[str, str], subprocess.Popen]:
    """Starts a Prefect server; the environment of its clients, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = {
        "PREFECT_HOME": home,
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("KPI_", "PREFECT_"))}
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-ui",
    ]
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, env=outer | client, stdout=nowhere, stderr=nowhere)
    for _ in range(600):
        try:
            urllib.request.urlopen(client["PREFECT_API_URL"] + "/health", timeout=1).close()
            break
        except OSError:
            time.sleep(0.2)
    return client, process


def built(folder: Path, night: int, rows: int = 5_000) -> Path:
    """A private file with two marts, whose every row says which night it is of, and a schema that BI must not see."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "kpi.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create schema staging")
        connection.execute("create table staging.people as select 'Anna' as name")
        connection.execute(
            f"create table marts.sales as select {night} as night, i as id, md5(i::varchar) as text,"
            f" (i / 100)::decimal(18, 2) as amount from range({rows}) as r(i)"
        )
        connection.execute(f"create view marts.days as select {night} as night, date '2026-11-01' as day")
        connection.execute("comment on table marts.sales is 'One row is a sale; it''s \"quoted\"'")
        connection.execute("comment on column marts.sales.amount is 'Рубли'")
    return file


def shown(published: Path) -> int | None:
    """The night that a reader sees, after making sure that every part of it is of one night, and whole."""
    if not (published / "kpi.duckdb").exists():
        return None
    with duckdb.connect(str(published / "kpi.duckdb"), read_only=True) as reader:
        nights = reader.execute("select distinct night from marts.sales union select night from marts.days").fetchall()
        rows = reader.execute("select count(*) from marts.sales").fetchone()[0]
    manifest = json.loads((published / "manifest.json").read_text("utf-8"))
    parquet = pq.read_table(published / "parquet" / "sales.parquet")
    assert {night for (night,) in nights} == {manifest["night"]} == set(parquet["night"].to_pylist())
    assert rows == manifest["tables"]["sales"] == len(parquet)
    assert not (published / "kpi.duckdb.wal").exists()
    return manifest["night"]


class Nights:
    """Nights of a small company with a stand-in for dbt, the gates and the patience of the loaders.

    Args:
        folder: where everything lies: `raw`, `inbox`, `warehouse`.
        settings: environment variables; those of the outer environment that begin with KPI_ are left out. Without
            PREFECT_API_URL among them the nights are shown by the server of the tests; if it is empty, by a temporary one.
    """

    def __init__(self, folder: Path, **settings: str):
        self.folder = folder
        self.program = (str(HERE / "stand_ins.py"), "night")
        self.raw, self.inbox, self.warehouse = folder / "raw", folder / "inbox", folder / "warehouse"
        self.published = self.warehouse / "published"
        for path in (self.raw, self.inbox, self.warehouse):
            path.mkdir(parents=True, exist_ok=True)
        outer = {k: v for k, v in os.environ.items() if not k.startswith(("KPI_", "PREFECT_", "STAND_IN"))}
        shown = {} if "PREFECT_API_URL" in settings else prefect_server()
        self.environment = (
            outer
            | shown
            | {
                "KPI_RAW_ROOT": str(self.raw),
                "KPI_WAREHOUSE": str(self.warehouse / "kpi.duckdb"),
                "KPI_INBOX": str(self.inbox),
                "KPI_LOAD_PAUSE_SECONDS": "0.2",
                "NO_PROXY": "127.0.0.1",
                **settings,
            }
        )

    def drop(self, name: str, *ids: str) -> None:
        """Drops a file with leads into the inbox."""
        text = "lead_id,created_at,status_class\n" + "".join(f"{one},2026-01-05 10:00,new\n" for one in ids)
        (self.inbox / f"leads__{name}.csv").write_text(text, "utf-8")

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen:
        """Begins a night in a process of its own; its output is one text stream."""
        return subprocess.Popen(
            [sys.executable, *self.program, *arguments],
            cwd=PROJECT,
            env=self.environment | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, **settings: str) -> tuple[int, str]:
        """Runs a night to its end; its exit status and all that it printed."""
        process = self.start(*arguments, **settings)
        output, _ = process.communicate(timeout=900)
        return process.returncode, output

    def killed_at(self, line: str, *arguments: str, sign: int = signal.SIGKILL, **settings: str) -> str:
        """Begins a night, sends it a signal when a line with that text is printed, and gives what it printed."""
        process = self.start(*arguments, **settings)
        output = []
        for told in process.stdout:
            output.append(told)
            if line in told:
                process.send_signal(sign)
                break
        else:
            raise AssertionError(f"never said {line!r}:\n" + "".join(output))
        output.append(process.stdout.read())
        process.wait(60)
        return "".join(output)

    def leads(self) -> list[str]:
        """The leads that BI sees."""
        with duckdb.connect(str(self.published / "kpi.duckdb"), read_only=True) as reader:
            return [lead for (lead,) in reader.execute("select lead_id from marts.leads order by 1").fetchall()]

    def history(self) -> list[dict]:
        """The run history in the raw root, in the order of the runs."""
        files = (self.raw / "files" / "pipeline_runs").glob("*.parquet")
        rows = [row for file in files for row in pq.read_table(file).to_pylist()]
        return sorted(rows, key=lambda row: (row["started_at"], row["_loaded_at"]))

    def processes(self, *words: str) -> dict[int, str]:
        """The command lines of the processes that have to do with this folder, by their environment too, and with all words."""
        found = {}
        for entry in sorted(Path("/proc").glob("[0-9]*"), key=lambda entry: int(entry.name)):
            try:
                command, environment = (
                    (entry / part).read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                    for part in ("cmdline", "environ")
                )
            except OSError:
                continue
            is_ours = str(self.folder) in command + environment and int(entry.name) != os.getpid()
            if is_ours and all(word in command for word in words):
                found[int(entry.name)] = command
        return found

    def alone(self) -> bool:
        """Whether nothing that the nights started is left, within a second."""
        for _ in range(20):
            if not self.processes():
                return True
            time.sleep(0.05)
        return False
