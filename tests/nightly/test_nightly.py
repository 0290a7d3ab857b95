"""Nights from their first line to their last, with stand-ins for dbt and the gates (see `stand_ins`)."""

import json
import os
import signal
import subprocess
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import duckdb
import pytest

from flows.base.settings import KPI
from flows.erased import Register
from raw_views.contact_key import Identifiers, contact_key
from tests.nightly.tools import PROJECT, Nights

STOPS = (  # a line that is printed as the thing begins, and whether the new night is then published
    ("load files …", False),
    ("raw root …", False),
    ("raw views …", False),
    ("gate raw …", False),
    ("build …", False),
    ("gate marts …", False),
    ("publish …", False),
    ("publish: keep", False),
    ("publish: forget", True),
)


@pytest.fixture
def nights(tmp_path):
    return Nights(tmp_path)


@pytest.fixture
def webhook():
    """A web server that answers each POST with 200; `texts` are what it was sent, `status` may be changed."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith("/hooks/T0p-s3cret-path") and b'"text"' in body:
                server.texts.append(json.loads(body)["text"])
            refusal = b'{"error": "INVALID_CREDENTIALS"}' if server.status == 401 else b"busy"
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(refusal)))
            self.end_headers()
            self.wfile.write(refusal)

        do_GET = do_POST

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.texts, server.status = [], 200
    server.url = f"http://127.0.0.1:{server.server_port}/hooks/T0p-s3cret-path"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_a_night(nights, webhook):
    """Loaded, built, published, told: the manifest, the run history and the message say what happened."""
    nights.drop("one", "L1", "L2")
    status, output = nights.run(KPI_NOTIFY_WEBHOOK=webhook.url)
    assert status == 0, output
    assert nights.leads() == ["L1", "L2"]
    manifest = json.loads((nights.published / "manifest.json").read_text("utf-8"))
    assert manifest["sources"]["files"]["rows"] == 2 and manifest["tables"]["leads"] == 2
    assert manifest["raw_load"].split("-")[1] == "files" and manifest["not_loaded"] == []
    assert manifest["checks"] == {
        "run": 4,
        "passed": 2,
        "not_looked_at": 0,
        "gates": {"leads_fresh": True, "leads_volume": False},
    }
    assert manifest["code"]["sha256"] and manifest["packages"]["duckdb"] == duckdb.__version__
    (row,) = nights.history()
    assert (row["status"], row["report"], row["version"]) == ("published", "daily", manifest["version"])
    assert (row["checks_run"], row["checks_passed"]) == ("4", "2")
    assert (row["kpis_present"], row["kpis_catalogued"]) == ("1", "2")
    assert json.loads(row["rows_by_source"]) == {"files": 2}
    due = datetime.fromisoformat(row["scheduled_for"]).astimezone(ZoneInfo("Europe/Moscow"))
    assert row["run_id"] == manifest["run_id"] and f"{due:%Y-%m-%d %H:%M}" == f"{row['as_of']} 03:00"
    (message,) = webhook.texts
    assert "is published" in message and "Loaded: files 2" in message and "leads_volume: no new leads" in message
    assert not list(nights.inbox.iterdir())
    assert nights.alone()


def test_killed_at_every_step_and_picked_up(nights):
    """kill -9 at each step in turn, each time picked up by the same command, as far as the next one: BI has the old night
    or the new one, nothing runs on, no row is lost or doubled, and the next night needs no hand."""
    nights.drop("0", "L0")
    assert nights.run()[0] == 0
    nights.drop("1", "L1", "L2")
    for line, published in STOPS:
        output = nights.killed_at(line)
        assert nights.alone(), (line, nights.processes())
        assert nights.leads() == ["L0", "L1", "L2"] if published else ["L0"], line
        assert ("load files: done by an earlier run" in output) == (line not in ("load files …", "raw root …")), line
    nights.drop("2", "L3")
    status, output = nights.run()
    assert status == 0 and nights.leads() == ["L0", "L1", "L2", "L3"], output
    rows = duckdb.sql(f"select count(*), count(distinct lead_id) from '{nights.raw}/files/leads/*.parquet'").fetchone()
    assert rows == (4, 4)
    told = [row["status"] for row in nights.history()]
    assert told == ["published", *("published" if published else "failed" for _, published in STOPS), "published"]
    assert not list((nights.published / "versions").glob(".*"))


def test_picked_up_where_it_stopped(nights):
    """What was loaded is not loaded again, what was built whole is not built again; other data are."""
    nights.drop("one", "L1")
    assert nights.run(STAND_IN_GATE="marts")[0] == 3
    nights.drop("two", "L2")
    status, output = nights.run()
    assert status == 0 and nights.leads() == ["L1"]
    assert "load files: done by an earlier run" in output and "build: done by an earlier run" in output
    assert (nights.folder / "builds").read_text() == "build\n"
    assert nights.run()[0] == 0 and nights.leads() == ["L1", "L2"]  # a new night
    nights.run(STAND_IN_GATE="marts")
    status, output = nights.run("--fresh")
    assert status == 0 and "earlier run" not in output
    nights.run(STAND_IN_GATE="marts")
    leads = nights.raw / "files" / "leads"
    (leads / "by_hand.parquet").write_bytes(next(leads.glob("*.parquet")).read_bytes())
    status, output = nights.run()
    assert status == 0 and "build: done" not in output.replace("build: done (", "")


def test_a_critical_check_stops_the_night(nights, webhook):
    """Of either gate: nothing is published, the exit status says so, the message names it, in either language."""
    nights.drop("one", "L1")
    assert nights.run()[0] == 0
    nights.drop("two", "L2")
    status, output = nights.run(STAND_IN_GATE="raw", KPI_NOTIFY_WEBHOOK=webhook.url)
    assert status == 3 and nights.leads() == ["L1"]
    assert "leads_fresh: no new leads for 3 days" in output
    assert nights.history()[-1]["status"] == "failed"
    assert nights.history()[-1]["reason"] == "leads_fresh: no new leads for 3 days"
    assert nights.run(STAND_IN_GATE="marts", KPI_NOTIFY_WEBHOOK=webhook.url, KPI_LANGUAGE="ru")[0] == 3
    assert nights.leads() == ["L1"]
    english, russian = webhook.texts
    assert "FAILED" in english and "Failed at: gate raw" in english and "leads_fresh: no new leads" in english
    assert "Run it again (it goes on where it stopped): uv run kpi night" in english
    assert "НЕ УДАЛАСЬ" in russian and "Где: gate marts" in russian and "leads_fresh: нет новых лидов 3 дня" in russian


def test_a_model_that_fails(nights, webhook):
    status, output = nights.run(STAND_IN_DBT="fail", KPI_NOTIFY_WEBHOOK=webhook.url)
    assert status == 1 and not nights.published.exists()
    assert "dbt leads: FAILED" in output
    assert "leads: Runtime Error no such column: x" in webhook.texts[0] and "Failed at: build" in webhook.texts[0]


def test_dbt_is_killed(nights):
    nights.drop("one", "L1")
    night = nights.start(STAND_IN_DBT="slow")
    for line in night.stdout:
        if "build …" in line:
            break
    deadline = time.monotonic() + 20
    while len(dbt := nights.processes("stand_ins.py dbt build")) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(list(dbt)[-1], signal.SIGKILL)  # the first one is its group
    output = night.stdout.read()
    assert night.wait(20) == 1 and "dbt build was ended by signal 9" in output
    assert nights.alone()
    status, output = nights.run()
    assert status == 0 and nights.leads() == ["L1"] and "load files: done by an earlier run" in output


def test_a_build_that_takes_too_long_ends_with_all_it_started(nights):
    status, output = nights.run(STAND_IN_DBT="grandchild", KPI_BUILD_SECONDS="1.5")
    assert status == 1 and "dbt build took longer than 2 s and was ended" in output
    assert nights.alone(), nights.processes()


def test_two_nights_at_once_and_a_night_that_is_stopped(nights):
    """The second one does nothing. SIGTERM, as a scheduler sends it: what was started ends, the history says so."""
    first = nights.start(STAND_IN_DBT="slow")
    for line in first.stdout:
        if "build …" in line:
            break
    status, output = nights.run()
    assert status == 4 and "another night is at work (a night that began at" in output
    first.terminate()
    assert "it was stopped from outside" in first.stdout.read()
    assert first.wait() == 143 and nights.alone()
    (row,) = nights.history()
    assert row["status"] == "failed" and "stopped from outside" in row["reason"]
    assert nights.run()[0] == 0


def test_a_source_that_is_down_stops_no_other(nights, webhook):
    """A portal that answers 500: again and again, then the night goes on without it and says how old its data are."""
    portal = {"KPI_BITRIX24_WEBHOOK": f"{webhook.url}/rest/1/p0rtal-secret/"}
    old = nights.raw / "bitrix24" / "crm_lead"
    old.mkdir(parents=True)
    (old / "old.csv").write_text("ID\n1\n")
    os.utime(old / "old.csv", (time.time() - 5 * 86400,) * 2)
    nights.drop("one", "L1")
    webhook.status = 500
    status, output = nights.run("--sources", "bitrix24,files", KPI_LOAD_ATTEMPTS="2", **portal)
    assert status == 0 and nights.leads() == ["L1"], output
    assert "load bitrix24: attempt 1 failed: RequestFailed" in output.replace("ServerError", "RequestFailed")
    assert "again in 0 s" in output and "load bitrix24: FAILED" in output
    assert "bitrix24 could not be loaded, its data are of " in output and "bitrix24 5 days ago" in output
    assert json.loads((nights.published / "manifest.json").read_text())["not_loaded"] == ["bitrix24"]
    assert json.loads(nights.history()[-1]["rows_by_source"]) == {"bitrix24": None, "files": 1}
    webhook.status = 401  # a token that is no more: asked once
    status, output = nights.run("--sources", "bitrix24,files", **portal)
    assert status == 0 and "attempt" not in output and "load bitrix24: FAILED" in output
    assert "p0rtal-secret" not in output
    status, output = nights.run(KPI_LOAD_SECONDS="0.01", KPI_LOAD_ATTEMPTS="2")
    assert status == 0 and "attempt 1 failed: it took longer than 0 s and was ended" in output
    assert nights.alone()


def test_a_full_disk_while_it_builds(nights, tiny_disk):
    """The old night stands; when there is space again, the same command ends the night."""
    place = {"KPI_WAREHOUSE": str(tiny_disk / "kpi.duckdb")}
    nights.published = tiny_disk / "published"
    nights.drop("one", "L1")
    assert nights.run(**place)[0] == 0
    nights.drop("two", "L2")
    status, output = nights.run(STAND_IN_DBT="full", **place)
    assert status == 1, output
    assert nights.leads() == ["L1"]
    filler = tiny_disk / "filler"
    with pytest.raises(OSError, match="space"), open(filler, "wb") as stream:
        while True:
            stream.write(bytes(4096))
            stream.flush()
    status, output = nights.run(**place)
    assert status == 1 and "space" in output and nights.leads() == ["L1"]
    filler.unlink()
    status, output = nights.run(**place)
    assert status == 0 and nights.leads() == ["L1", "L2"], output


def test_no_secret_gets_out(nights, webhook):
    """Not into the output, nor a log, a message, a file; and dbt and the gates get none at all."""
    secrets = {
        "KPI_BITRIX24_WEBHOOK": f"{webhook.url}/rest/1/b1trix-token/",
        "KPI_METRICA_TOKEN": "y0_metrica-token",
        "KPI_METRICA_COUNTER": "42",
        "KPI_METRICA_URL": webhook.url.replace("/hooks/T0p-s3cret-path", ""),
        "KPI_NOTIFY_WEBHOOK": webhook.url,
        "KPI_NOTIFY_EMAIL": "kpi@example.org",
        "KPI_SMTP_HOST": "127.0.0.1",
        "KPI_SMTP_PORT": "9",
        "KPI_SMTP_PASSWORD": "sm\"tp-pa'ss",
        "KPI_POSTGRES_DSN": "postgresql://kpi:pg%20pass-word@127.0.0.1:9/kpi",
        "MY_OTHER_TOKEN": "other-token-1",
    }
    webhook.status = 401
    nights.drop("one", "L1")
    status, output = nights.run(STAND_IN_DBT="env", **secrets)
    assert status == 1 and "the file is published" in output, output
    assert nights.leads() == ["L1"]
    told = [output, *webhook.texts]
    assert "KPI_NOTIFY_WEBHOOK: not sent in 3 attempts: HTTPError" in output
    (log,) = nights.warehouse.glob("nightly/runs/*/night.log")
    assert "KPI_RAW_ROOT=" in log.read_text() and "KPI_METRICA_TOKEN=" not in log.read_text()
    assert "MY_OTHER_TOKEN=***" in log.read_text()
    told += [path.read_bytes().decode("utf-8", "replace") for path in nights.folder.rglob("*") if path.is_file()]
    words = ("b1trix-token", "y0_metrica", "T0p-s3cret", "tp-pa'ss", "pg%20pass", "pg pass-word", "other-token-1")
    assert not [(word, text[:300]) for word in words for text in told if word in text and not text.startswith("PK")]


def test_an_analyst_and_a_loader_at_work_meanwhile(nights):
    """Who holds the analyst's own file open for writing stops no night, and the night does not touch it. What a loader
    commits after the night has begun to build waits for the next one: what was gated is what is built."""
    nights.drop("one", "L1")
    with duckdb.connect(str(nights.warehouse / "kpi.duckdb")) as analyst:
        analyst.execute("create table mine as select 1 as one")
        night = nights.start()
        for line in night.stdout:
            if "raw views …" in line:
                nights.drop("two", "L2")
                command = [KPI, "load", "files"]
                subprocess.run(command, cwd=PROJECT, env=nights.environment, check=True, capture_output=True)
                break
        night.communicate(timeout=60)
        assert night.returncode == 0 and nights.leads() == ["L1"]
        assert analyst.execute("from mine").fetchall() == [(1,)]
    assert nights.run()[0] == 0 and nights.leads() == ["L1", "L2"]


def test_wrong_calls(nights, tmp_path):
    for arguments, settings, told in (
        (["--sources", "bitrix"], {}, "There is no source bitrix"),
        (["--to", "2026-01-01"], {}, "--to needs --from"),
        (["--from", "2026-02-01", "--to", "2026-01-01"], {}, "--from 2026-02-01 is after --to 2026-01-01"),
        (["--as-of", "2999-01-01"], {}, "is in the future"),
        (["--as-of", "yesterday"], {}, "yesterday is no date like 2026-07-01"),
        ([], {"KPI_TIMEZONE": "Moscow"}, "KPI_TIMEZONE is Moscow"),
        ([], {"KPI_KEEP_VERSIONS": "1"}, "KPI_KEEP_VERSIONS is 1. It is at least 2"),
        ([], {"KPI_NIGHT_AT": "25:00"}, "KPI_NIGHT_AT is 25:00"),
        (["--sources", "files"], {"KPI_RAW_ROOT": ""}, "KPI_RAW_ROOT is not set"),
    ):
        status, output = nights.run(*arguments, **settings)
        assert status == 2 and told in output, output
    assert not nights.warehouse.joinpath("nightly").exists()
    status, output = nights.run("--no-load", KPI_RAW_ROOT=str(tmp_path / "nowhere"))
    assert status == 1 and "is not there: set KPI_RAW_ROOT" in output


def open_to_others(*folders) -> list[str]:
    """What others could read: files that they may open below folders that they may enter."""
    found = []
    for top in folders:
        for folder, names, files in os.walk(top):
            names[:] = [name for name in names if os.stat(os.path.join(folder, name)).st_mode & 0o077]
            paths = [os.path.join(folder, name) for name in files]
            found += [path for path in paths if os.path.exists(path) and os.stat(path).st_mode & 0o077]
    return found


def test_files_with_personal_data_are_their_owners_alone(nights):
    """Loaded files, the private build, logs and reports are closed to others; what is published is not."""
    nights.drop("1", "A")
    assert nights.run()[0] == 0
    nightly, trees = nights.warehouse / "nightly", nights.raw / ".trees"
    assert {os.stat(folder).st_mode & 0o777 for folder in (nightly, trees)} == {0o700}
    assert open_to_others(nightly, trees, nights.raw / ".staging") == []
    assert (nights.published / "kpi.duckdb").stat().st_mode & 0o777 == 0o444
    for folder in (nightly, trees):  # as an older release left them
        folder.chmod(0o755)
    nights.drop("2", "B")
    assert nights.run()[0] == 0
    assert {os.stat(folder).st_mode & 0o777 for folder in (nightly, trees)} == {0o700}


def test_erased_people_are_blanked_in_files_that_were_put_there_by_hand(nights):
    """A night blanks them before it builds, and says that an erasure was not finished; with another key it refuses."""
    nights.drop("1", "A")
    own = nights.raw / "files" / "orders" / "own.csv"
    own.parent.mkdir(parents=True)
    own.write_text(
        "order_id,created_at,amount,email,note\n1,2026-01-05,10,Ivan@x.ru,Ivan\n2,2026-01-05,20,ann@x.ru,Ann\n"
    )
    identifiers = Identifiers(contact_key(nights.warehouse))
    register = Register.read(nights.raw, identifiers)
    register.add("2026-01-06T00:00:00Z", {identifiers.of("ivan@x.ru")}, set())
    register.write()
    status, output = nights.run()
    assert status == 0, output
    his = f"1,2026-01-05,10,erased:{identifiers.of('ivan@x.ru')},"
    assert own.read_text().splitlines()[1:] == [his, "2,2026-01-05,20,ann@x.ru,Ann"]
    assert "erased people" in output and "an erasure was stopped half-way" in output and "ivan" not in output.lower()
    assert identifiers.of("ivan@x.ru") not in output and contact_key(nights.warehouse).decode() not in output
    status, output = nights.run("--no-load", KPI_CONTACT_KEY="another secret of sixteen letters")
    assert status == 1 and "written with another key" in output


def test_a_folder_that_cannot_be_written_is_told(nights, webhook):
    """No traceback, and somebody hears of it."""
    (nights.warehouse / "nightly").write_text("in the way")
    status, output = nights.run(KPI_NOTIFY_WEBHOOK=webhook.url)
    assert status == 1 and "Traceback" not in output
    assert f"{nights.warehouse / 'nightly'} can't be written" in output
    (told,) = webhook.texts
    assert "FAILED" in told and "nightly can't be written (File exists)" in told


def test_the_night_goes_on_without_a_source_that_is_late(nights):
    """All loads together have a limit; the attempts of a source that hangs do not hold the night for hours."""
    nights.drop("1", "A")

    class Drip(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b" ")
                    time.sleep(0.2)
            except OSError:
                pass

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Drip)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    webhook = f"http://127.0.0.1:{server.server_port}/rest/1/s3cr3t-word/"
    begun = time.monotonic()
    status, output = nights.run(KPI_BITRIX24_WEBHOOK=webhook, KPI_LOADS_SECONDS="8", KPI_LOAD_PAUSE_SECONDS="1")
    server.shutdown()
    assert status == 0 and nights.leads() == ["A"] and time.monotonic() - begun < 60
    assert "bitrix24 could not be loaded, and never was" in output
