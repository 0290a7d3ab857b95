"""The night on a real Prefect server: deployed with its schedule, one at a time, shown step by step."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from flows.base.locks import Lock
from tests.nightly.tools import HERE, PROJECT, Nights, prefect_server, start_prefect

DEPLOYMENT = yaml.safe_load((PROJECT / "prefect.yaml").read_text("utf-8"))["deployments"][0]
WORKER = DEPLOYMENT["work_pool"]["job_variables"]["env"]  # what a worker adds to the environment of a night


@pytest.fixture(scope="module")
def server():
    """The environment of a client of a Prefect server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KPI_")} | prefect_server()


def prefect(server, *arguments: str) -> str:
    command = [sys.executable, "-m", "prefect", *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=server, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ask(server, path: str, **body) -> list[dict]:
    """A question to the server's API."""
    import json

    request = urllib.request.Request(
        server["PREFECT_API_URL"] + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())


def told(server, *runs: dict) -> list[str]:
    """The log lines of flow runs."""
    return [
        log["message"]
        for log in ask(server, "/logs/filter", logs={"flow_run_id": {"any_": [run["id"] for run in runs]}})
    ]


def latest(server, count: int) -> list[dict]:
    """The latest nights that have ended, the last one first; those that are due have no part in it."""
    ended = {"state": {"type": {"any_": ["COMPLETED", "FAILED"]}}}
    return ask(server, "/flow_runs/filter", sort="START_TIME_DESC", limit=count, flow_runs=ended)


def test_the_deployment(server):
    """`prefect deploy` takes prefect.yaml: the flow, the hour in the business's zone, one night at a time."""
    prefect(server, "work-pool", "create", "--type", "process", "nightly")
    prefect(server, "--no-prompt", "deploy", "--all")
    (deployed,) = ask(server, "/deployments/filter")
    assert deployed["entrypoint"] == "flows/night/flow.py:nightly"
    assert deployed["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert deployed["global_concurrency_limit"]["limit"] == 1
    (schedule,) = deployed["schedules"]
    assert schedule["schedule"]["cron"] == "0 3 * * *" and schedule["schedule"]["timezone"] == "Europe/Moscow"


def test_a_night_is_shown_step_by_step(server, tmp_path):
    """Its steps and dbt's models are task runs with states, messages and logs; no secret is in any of them."""
    nights = Nights(tmp_path, **{name: value for name, value in server.items() if name.startswith("PREFECT_")})
    nights.drop("one", "L1")
    status, output = nights.run()
    assert status == 0, output
    status, output = nights.run(STAND_IN_DBT="fail", KPI_NOTIFY_WEBHOOK="http://127.0.0.1:9/h00k-secret")
    assert status == 1, output
    bad, good = latest(server, 2)
    assert (good["state_type"], bad["state_type"]) == ("COMPLETED", "FAILED")
    assert "no such column: x" in bad["state"]["message"]

    def steps(run):
        found = ask(server, "/task_runs/filter", task_runs={"flow_run_id": {"any_": [run["id"]]}})
        return {step["name"]: step["state_type"] for step in found}

    names = ("load files", "raw root", "raw views", "gate raw", "build", "dbt leads", "gate marts", "publish")
    names += ("erased people", "message")
    assert steps(good) == dict.fromkeys(names, "COMPLETED")
    assert steps(bad)["dbt leads"] == "FAILED" and steps(bad)["raw views"] == "COMPLETED"
    shown = {(artifact["key"], artifact["type"]) for artifact in ask(server, "/artifacts/filter")}
    assert {("gate-raw", "table"), ("gate-marts", "table"), ("night", "markdown"), ("indicators", "table")} <= shown
    logs = told(server, good, bad)
    assert any("1 of 1 START sql table model marts.leads" in log for log in logs)
    assert any("KPI_NOTIFY_WEBHOOK: not sent" in log for log in logs)
    written = [path for path in Path(server["PREFECT_HOME"]).rglob("*") if path.is_file()]
    assert not [path for path in written if b"h00k-secret" in path.read_bytes()]


def test_a_night_that_a_worker_starts(tmp_path):
    """Its state says how it ended, its lines are the run's logs, and a second one at the same time is cancelled."""
    nights = Nights(tmp_path)
    nights.program = (str(HERE / "stand_ins.py"), "deployed")
    nights.drop("one", "L1")
    status, output = nights.run()
    assert status == 0 and "Completed('Published')" in output and nights.leads() == ["L1"], output
    lines = told(nights.environment, *latest(nights.environment, 1))
    assert any("publish: done" in line for line in lines) and any("load files: done" in line for line in lines)
    with Lock(nights.warehouse / "nightly" / "lock", "somebody"):
        assert "Cancelled('Another night is at work')" in nights.run()[1]
    assert "(status 3)" in nights.run(STAND_IN_GATE="raw")[1]


def test_without_a_server_a_temporary_one_shows_the_night(tmp_path):
    """It keeps its data in the folder of the nights, ends with the night however that ends, and needs nothing of the user's; what is
    older than a month is cleared."""
    nights = Nights(tmp_path, PREFECT_API_URL="", HOME=str(tmp_path / "home"))
    nights.drop("one", "L1")
    nights.killed_at("build …", STAND_IN_DBT="slow")
    assert nights.alone(), nights.processes()
    status, output = nights.run()
    assert (status, nights.leads()) == (0, ["L1"]) and "load files: done by an earlier run" in output, output
    assert nights.alone(), nights.processes()
    assert not (tmp_path / "home").exists()
    with sqlite3.connect(nights.warehouse / "nightly" / "prefect" / "prefect.db") as told:
        (first,) = told.execute("select id from flow_run where state_type = 'COMPLETED'").fetchone()
        assert told.execute("select count(*) from artifact").fetchone()[0] >= 3
        told.execute("update flow_run set end_time = datetime('now', '-31 days') where id = ?", [first])
    nights.drop("two", "L2")
    assert nights.run()[0] == 0 and nights.leads() == ["L1", "L2"]
    with sqlite3.connect(nights.warehouse / "nightly" / "prefect" / "prefect.db") as told:
        for table, key in (
            ("flow_run", "id"),
            ("task_run", "flow_run_id"),
            ("log", "flow_run_id"),
            ("artifact", "flow_run_id"),
        ):
            kept = {run for (run,) in told.execute(f"select {key} from {table}")}
            assert kept and first not in kept, table


def test_a_server_that_is_away_stops_no_night(tmp_path):
    nights = Nights(tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api", PREFECT_HOME=str(tmp_path / "home"))
    nights.drop("one", "L1")
    status, output = nights.run()
    assert (status, "does not answer, a temporary one" in output, nights.leads()) == (0, True, ["L1"]), output


def test_where_no_server_can_be_had_the_night_runs_unseen(tmp_path):
    nights = Nights(tmp_path, PREFECT_API_URL="", PREFECT_HOME=str(tmp_path / "home"))
    nights.drop("one", "L1")
    (nights.warehouse / "nightly").mkdir()
    (nights.warehouse / "nightly" / "prefect").write_text("in the way")
    status, output = nights.run()
    assert (status, "The night runs unseen" in output, nights.leads()) == (0, True, ["L1"]), output


@pytest.mark.parametrize(
    "sign, program", [(signal.SIGKILL, "night"), (signal.SIGSTOP, "night"), (signal.SIGSTOP, "deployed")]
)
def test_a_server_that_goes_away_or_hangs_in_the_middle_stops_no_night(tmp_path, sign, program):
    """The night is published and told, in two minutes more at most, and with the status of a good one."""
    client, process = start_prefect(str(tmp_path / "home"))
    try:
        nights = Nights(tmp_path, **{name: value for name, value in client.items() if name.startswith("PREFECT_")})
        nights.program = (str(HERE / "stand_ins.py"), program)
        nights.drop("one", "L1")
        night, lines = nights.start(**(WORKER if program == "deployed" else {})), []
        for line in night.stdout:
            lines.append(line)
            if "raw views …" in line:
                process.send_signal(sign)
                gone = time.monotonic()
        output = "".join(lines)
        assert time.monotonic() - gone < 200, output
        assert (night.wait(120), nights.leads()) == (0, ["L1"]), output
        assert "The Prefect server went away" in output or "Prefect does not end, it is left" in output
        assert [row["status"] for row in nights.history()] == ["published"]
    finally:
        process.kill()
        process.wait(10)
