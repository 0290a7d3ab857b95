"""Parts of the night alone: the clock, process groups, secrets, mail, what dbt says."""

import base64
import json
import logging
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest
import yaml

from flows.base import redact
from flows.base.errors import ConfigError
from flows.base.process_group import ProcessGroup, TimedOut
from flows.base.settings import PROJECT, Settings
from flows.contract import entities
from flows.night.build import Events, Place, fingerprint
from flows.night.history import Night, State
from flows.night.report import send, summary
from flows.night.run_log import LOGGER, RunLog
from flows.restatements import Restated

BERLIN = ZoneInfo("Europe/Berlin")
LONG = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "


# --- the clock that changes for summer time ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-28T22:59:59+00:00", date(2026, 3, 28)),  # the night of the change: 23:59 in Berlin
        ("2026-03-28T23:00:00+00:00", date(2026, 3, 29)),  # midnight, an hour before the clocks go forward
        ("2026-03-29T21:59:59+00:00", date(2026, 3, 29)),  # 23:59 of a day of 23 hours
        ("2026-03-29T22:00:00+00:00", date(2026, 3, 30)),
        ("2026-10-24T22:00:00+00:00", date(2026, 10, 25)),
        ("2026-10-25T22:59:59+00:00", date(2026, 10, 25)),  # a day of 25 hours
        ("2026-10-25T23:00:00+00:00", date(2026, 10, 26)),
    ],
)
def test_the_day_of_a_night_when_the_clocks_change(monkeypatch, moment, day):
    monkeypatch.setenv("KPI_TIMEZONE", "Europe/Berlin")
    assert Settings.read().today(datetime.fromisoformat(moment)) == day


@pytest.mark.parametrize(
    ("day", "at", "due"),
    [
        (date(2026, 3, 28), "02:30", "2026-03-28T01:30:00+00:00"),
        (date(2026, 3, 29), "02:30", "2026-03-29T01:30:00+00:00"),  # there is no 02:30; it is 03:30 of summer time
        (date(2026, 3, 29), "03:00", "2026-03-29T01:00:00+00:00"),
        (date(2026, 10, 25), "02:30", "2026-10-25T00:30:00+00:00"),  # the first of the two
        (date(2026, 10, 25), "03:00", "2026-10-25T02:00:00+00:00"),
    ],
)
def test_when_a_night_is_due_when_the_clocks_change(monkeypatch, day, at, due):
    monkeypatch.setenv("KPI_TIMEZONE", "Europe/Berlin")
    monkeypatch.setenv("KPI_NIGHT_AT", at)
    assert Settings.read().due(day).astimezone(UTC) == datetime.fromisoformat(due)


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_the_deployed_schedule_keeps_its_hour(change):
    """One night a business day, at three o'clock of it, also on the day when the clocks change."""
    import asyncio

    from prefect.server.schemas.schedules import CronSchedule

    deployed = yaml.safe_load((PROJECT / "prefect.yaml").read_text("utf-8"))["deployments"][0]
    (schedule,) = deployed["schedules"]
    assert ZoneInfo(schedule["timezone"]) and deployed["concurrency_limit"] == {
        "limit": 1,
        "collision_strategy": "CANCEL_NEW",
    }
    start = datetime.combine(change - timedelta(days=2), datetime.min.time(), BERLIN)
    nights = CronSchedule(cron=schedule["cron"], timezone="Europe/Berlin")
    found = [night.astimezone(BERLIN) for night in asyncio.run(nights.get_dates(4, start))]
    assert [night.date() for night in found] == [change + timedelta(days=n) for n in (-2, -1, 0, 1)]
    assert {(night.hour, night.minute) for night in found} == {(3, 0)}


# --- process groups ----------------------------------------------------------------------------------------------------------


def alive(mark: str) -> list[str]:
    """The processes whose command lines hold a text."""
    listed = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = open(f"{entry.path}/cmdline", "rb").read().decode("utf-8", "replace")
            except OSError:
                continue
            listed += [command] if mark in command else []
    return listed


def gone(mark: str) -> bool:
    for _ in range(40):
        if not alive(mark):
            return True
        time.sleep(0.05)
    return False


def test_a_command_tells_its_lines_and_its_status(tmp_path):
    lines = []
    with ProcessGroup() as group:
        code = "import sys; print('один'); print('two', file=sys.stderr); sys.exit(7)"
        assert group.run([sys.executable, "-c", code], tmp_path, os.environ, 20, lines.append) == 7
        assert group.run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], tmp_path, os.environ, 20) == 137
        assert group.run(["/no/such/program"], tmp_path, os.environ, 20, lines.append) == 127
    assert lines[:2] in (["один", "two"], ["two", "один"]) and "No such file" in lines[2]


def test_time_is_up_for_a_command_and_its_children(tmp_path):
    mark = str(tmp_path)
    with ProcessGroup() as group, pytest.raises(TimedOut):
        group.run([sys.executable, "-c", LONG + "time.sleep(60)", mark], tmp_path, os.environ, 0.7)
    assert gone(mark)


def test_a_command_that_will_not_end_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("flows.base.process_group.GRACE_SECONDS", 0.3)
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    with ProcessGroup() as group, pytest.raises(TimedOut):
        group.run([sys.executable, "-c", stubborn, str(tmp_path)], tmp_path, os.environ, 0.5)
    assert gone(str(tmp_path))


def test_the_head_of_a_group_alone_is_killed(tmp_path):
    """The command that it ran, and all that the command started, end at once; nobody waits for them."""
    status, begun = [], time.monotonic()
    with ProcessGroup() as group:
        command = [sys.executable, "-c", LONG + "print('up', flush=True); time.sleep(60)", str(tmp_path)]

        def hear(line: str) -> None:
            (head,) = group._running
            os.kill(head.pid, signal.SIGKILL)

        status.append(group.run(command, tmp_path, os.environ, 60, hear))
    assert status == [128 + signal.SIGKILL] and time.monotonic() - begun < 10
    assert gone(str(tmp_path))


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_whoever_started_it_is_killed(tmp_path, sign):
    code = LONG + "print('up', flush=True); time.sleep(60)"
    owner = (
        f"import sys, os; sys.path.insert(0, {str(PROJECT)!r})\nfrom flows.base.process_group import ProcessGroup\n"
        f"command = [sys.executable, '-c', {code!r}, {str(tmp_path)!r}]\n"
        "with ProcessGroup() as group:\n    group.run(command, '/', os.environ, 60, lambda line: print(line, flush=True))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", owner], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "up\n"
    process.send_signal(sign)
    process.wait(20)
    assert gone(str(tmp_path))


# --- secrets, mail, dbt's words ---------------------------------------------------------------------------------------


def test_secrets_are_told_by_their_names(tmp_path, capsys, monkeypatch):
    redact.learn(
        {
            "KPI_POSTGRES_DSN": "host=db user=kpi password='it''s 1%2' dbname=kpi",
            "KPI_NOTIFY_WEBHOOK": "https://hooks.example.org/services/T1/B2?sig=abcd1234",
            "KPI_BITRIX24_WEBHOOK": "https://x.bitrix24.ru/rest/7/q1w2e3r4/",
            "GITHUB_TOKEN": "gh-токен",
            "HOME": "/home/kpi",
        }
    )
    heard = []

    class Ear(logging.Handler):
        def emit(self, record):
            heard.append(record.getMessage())

    monkeypatch.setattr(LOGGER, "handlers", [Ear()])
    LOGGER.setLevel(logging.INFO)
    run_log = RunLog(tmp_path / "night.log", BERLIN)
    for text in (
        "POST https://hooks.example.org/services/T1/B2?sig=abcd1234 failed",
        "no route /services/T1/B2 for sig=abcd1234",
        "GET /rest/7/q1w2e3r4/crm.lead.list",
        json.dumps({"token": "gh-токен"}),
        "token=gh-%D1%82%D0%BE%D0%BA%D0%B5%D0%BD in /home/kpi",
    ):
        run_log.tell(text)
        with pytest.raises(OSError), run_log.step("load") as step:
            step.say(text)
            raise OSError(text)
    told = "\n".join([capsys.readouterr().out, (tmp_path / "night.log").read_text("utf-8"), *heard])
    for word in ("abcd1234", "T1/B2", "q1w2e3r4", "gh-токен", "gh-%D1", "gh-\\u0442"):
        assert word not in told, word
    assert "/home/kpi" in told and "/home/kpi" in "".join(heard)
    passed = redact.without_secrets(
        {"KPI_POSTGRES_DSN": "x", "KPI_CONTACT_KEY": "x", "KPI_RAW_ROOT": "/raw", "HOME": "/home/kpi"}
    )
    assert passed == {"KPI_RAW_ROOT": "/raw", "HOME": "/home/kpi"}


def test_a_letter(monkeypatch, tmp_path):
    """A real SMTP conversation: subject, text, addresses and the board arrive; a server without TLS gets no password."""
    letters = []

    class Mailbox(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 here\r\n")
            data, text = False, []
            for line in self.rfile:
                line = line.decode().rstrip("\r\n")
                if data and line == ".":
                    letters.append("\n".join(text))
                    data = False
                elif data:
                    text.append(line)
                    continue
                elif line.upper() == "DATA":
                    data = True
                    self.wfile.write(b"354 go on\r\n")
                    continue
                self.wfile.write(b"221 bye\r\n" if line.upper() == "QUIT" else b"250 ok\r\n")
                if line.upper() == "QUIT":
                    return

    with socketserver.TCPServer(("127.0.0.1", 0), Mailbox) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("KPI_NOTIFY_EMAIL", "boss@example.org, me@example.org")
        monkeypatch.setenv("KPI_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("KPI_SMTP_PORT", str(server.server_address[1]))
        told = []
        board = tmp_path / "head_of_sales.html"
        board.write_text("<p>figures</p>", "utf-8")
        send("Night failed\nwhere and why", told.append, [board])
        assert told == ["KPI_NOTIFY_EMAIL: sent"]
        assert "Subject: Night failed" in letters[0] and "To: boss@example.org, me@example.org" in letters[0]
        assert "where and why" in letters[0] and 'filename="head_of_sales.html"' in letters[0]
        assert "<p>figures</p>" in letters[0] or base64.b64encode(board.read_bytes()).decode() in letters[0]
        monkeypatch.setenv("KPI_SMTP_USER", "kpi")
        monkeypatch.setattr("flows.night.report.LOOPBACK", ())
        send("Night failed", told.append)
        assert "offers no TLS" in told[1] and len(letters) == 1
        server.shutdown()
    monkeypatch.delenv("KPI_NOTIFY_EMAIL")
    monkeypatch.setenv("KPI_NOTIFY_WEBHOOK", "http://hooks.example.org/open")
    send("Night failed", told.append)
    assert "plain http" in told[2] and "hooks.example.org" not in told[2]


def test_a_webhook_that_redirects_is_told_as_not_sent(monkeypatch):
    """Followed, the redirect would lose the message and end in a page that says 200."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(302)
            self.send_header("Location", "/moved")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    monkeypatch.setattr("flows.night.report.PAUSES", ())
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("KPI_NOTIFY_WEBHOOK", f"http://127.0.0.1:{server.server_port}/hook")
        told = []
        send("Night failed", told.append)
        server.shutdown()
    assert told == ["KPI_NOTIFY_WEBHOOK: not sent in 1 attempts: HTTPError: HTTP Error 302: Found"]


def test_services_of_apprise_get_the_message_and_its_files(monkeypatch, tmp_path):
    """Each address is tried on its own; a redirect is a failure; no part of an address is told."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(302 if "moved" in self.path else 200)
            if "moved" in self.path:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    board = tmp_path / "head_of_sales.html"
    board.write_text("<p>figures</p>", "utf-8")
    monkeypatch.setattr("flows.night.report.PAUSES", ())
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = f"json://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("KPI_NOTIFY", f"{place}/a-long-secret-path {place}/moved-long-secret-path nothing://x")
        redact.learn()
        told = []
        send("Night published\nRevenue: 16.3 M", told.append, [board])
        server.shutdown()
    path, message = got[0]
    assert path.startswith("/a-long-secret-path") and (message["title"], message["message"]) == (
        "Night published",
        "Revenue: 16.3 M",
    )
    assert base64.b64decode(message["attachments"][0]["base64"]) == board.read_bytes()
    assert told[0] == "KPI_NOTIFY, address 1: sent"
    assert told[1].startswith("KPI_NOTIFY, address 2: not sent in 1 attempts: OSError") and "302" in told[1]
    assert "KPI_NOTIFY has an address that apprise does not know" in told[2]
    assert not any("secret-path" in line for line in told)


def test_what_dbt_says_becomes_steps(tmp_path, capsys):
    run_log = RunLog(tmp_path / "night.log", BERLIN)
    events = Events(run_log, run_log.begin("build"))

    def event(name, message, level="info", **data):
        events.hear(json.dumps({"data": data, "info": {"name": name, "level": level, "msg": message}}))

    def node(kind, name):
        return {"resource_type": kind, "node_name": name}

    for model in ("fct_sales", "dim_days", "cut_short"):
        event("LogStartLine", f"START {model}", node_info=node("model", model), index=1, total=3)
    event("LogModelResult", "OK", node_info=node("model", "dim_days"), status="OK", index=1, total=3)
    event("LogModelResult", "ERROR", "error", node_info=node("model", "fct_sales"), status="error", index=2, total=3)
    event("LogTestResult", "PASS", node_info=node("test", "unique"), status="pass", index=3, num_models=3)
    event("LogTestResult", "WARN", "warn", node_info=node("test", "not_null"), status="warn", index=3, num_models=3)
    events.hear("Traceback: something that is no event")
    events.close([("fct_sales", "no column amount")])
    assert events.tests == {"run": 2, "passed": 1}
    log = (tmp_path / "night.log").read_text("utf-8")
    for line in (
        "dbt dim_days: done",
        "dbt fct_sales: FAILED",
        "no column amount",
        "dbt cut_short: FAILED",
        "dbt not_null: done",
        "Traceback: something",
    ):
        assert line in log
    shown = capsys.readouterr().out
    assert "dbt fct_sales: FAILED" in shown and "dim_days" not in shown


def test_a_damaged_state_is_an_empty_one(tmp_path):
    for text in ("", "{", "[]", '{"other": 1}'):
        (tmp_path / "state.json").write_text(text)
        assert State.read(tmp_path / "state.json").night == {}
    state = State(tmp_path / "state.json", {"as_of": "2026-01-01"})
    state.write()
    assert State.read(tmp_path / "state.json") == state


def test_a_row_of_the_history_is_what_the_contract_says():
    runs = next(entity for entity in entities() if entity.name == "pipeline_runs")
    columns = {column.name for column in runs.columns}
    night = Night("run", date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), None, "")
    assert columns <= set(night.row())


@pytest.mark.parametrize(
    "language, lines",
    [
        ("ru", ["  Общий доход: 16,3 млн, лучше плана", "  Win rate: 39,1 %, хуже прошлого периода", "  Новые лиды: 1\u00a0281",
                "Месяц на сегодня: общий доход 9 млн, 90 % плана к этому дню, таким темпом выйдет 18,5 млн",
                "Изменилось цифр закрытых периодов: 12, крупнее всех: Общий доход, месяц с 01.05.2026: 1\u00a0000 → 1\u00a0234,50",
                "Доски: /b/index.html"]),
        ("en", ["  Revenue: 16.3 M, better than planned", "  Win rate: 39.1 %, worse than the period before", "  New leads: 1\u00a0281",
                "The month to date: revenue 9 M, 90 % of the plan to date, 18.5 M at this pace",
                "Closed figures that moved: 12, the largest: Revenue, month of 01.05.2026: 1\u00a0000 → 1\u00a0234.50",
                "Boards: /b/index.html"]),
    ],
)  # fmt: skip
def test_the_message_has_the_indicators_with_their_signs_and_the_boards(monkeypatch, language, lines):
    monkeypatch.setenv("KPI_LANGUAGE", language)
    night = Night(
        "run", date(2026, 7, 1), datetime(2026, 7, 1, tzinfo=UTC), None, "", status="published", boards="/b/index.html"
    )
    told = [
        ("Общий доход", "Revenue", "16321053.6", "money", "лучше плана", "better than planned"),
        ("Win rate", "Win rate", "0.391061", "ratio", "хуже прошлого периода", "worse than the period before"),
        ("Новые лиды", "New leads", "1281.0", "count", None, None),
    ]
    columns = ("name_ru", "name_en", "value", "unit", "sign_ru", "sign_en")
    night.indicators = [{"period_start": "2026-06-30", **dict(zip(columns, row))} for row in told]
    night.pace = {"name_ru": "Общий доход", "name_en": "Revenue", "unit": "money", "value": "9000000.0"}
    night.pace |= {"plan_share": "0.9", "run_rate_value": "18500000.0"}
    largest = {"name_ru": "Общий доход", "name_en": "Revenue", "unit": "money", "period_grain": "month"}
    night.restated = Restated(
        12, {**largest, "period_start": date(2026, 5, 1), "value_before": 1000.0, "value_now": 1234.5}
    )
    text = summary(night, Settings.read()).splitlines()
    assert "30.06.2026:" in text and [line for line in text if line in lines] == lines
    night.status = "failed"
    assert not set(lines) & set(summary(night, Settings.read()).splitlines())


def test_a_setting_that_is_wrong_is_named(monkeypatch):
    for name, value in (("KPI_LANGUAGE", "de"), ("KPI_LOAD_SECONDS", "soon"), ("KPI_BUILD_SECONDS", "-1")):
        monkeypatch.setenv(name, value)
        with pytest.raises(ConfigError, match=name):
            Settings.read()
        monkeypatch.delenv(name)


def test_links_in_a_raw_root_stop_no_night(tmp_path):
    """A link that leads nowhere, in a circle or back to its own folder is walked past; a file's change is seen."""
    place = Place(tmp_path, tmp_path / "logs", date(2026, 1, 1))
    leads = place.raw / "files" / "leads"
    leads.mkdir(parents=True)
    (leads / "a.csv").write_text("lead_id\n1\n")
    for name, target in (("gone.csv", "nothing"), ("back", "."), ("circle", "circle")):
        (leads / name).symlink_to(target)
    before = fingerprint(place)
    assert before == fingerprint(place)
    (leads / "a.csv").write_text("lead_id\n1\n2\n")
    assert before != fingerprint(place)
