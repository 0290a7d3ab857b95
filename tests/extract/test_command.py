"""The command line, and processes that are killed or stopped while they load."""

import os
import signal
import subprocess
import time

import pytest
from extract.servers import Bitrix, Metrica, lead, visit
from extract.tools import alive, kill_when_held, read, seen

from flows.base.settings import KPI
from flows.cli import main

DEALS = "crm.deal.list"


@pytest.fixture
def portal(monkeypatch):
    with Bitrix() as server:
        monkeypatch.setenv("KPI_BITRIX24_WEBHOOK", server.webhook)
        server.tables[DEALS] = [lead(n) for n in range(1, 121)]
        server.tables["crm.lead.list"] = [lead(n) for n in range(1, 61)]
        server.tables["crm.item.productrow.list"] = [{"id": n, "ownerId": n, "ownerType": "D"} for n in range(1, 31)]
        yield server


def test_a_load(root, portal, capsys):
    assert main(["load", "bitrix24", "--root", str(root), "--since", "2026-01-01"]) == 0
    assert "crm_deal: 120 rows" in capsys.readouterr().out
    assert seen(root)["bitrix24/crm_deal"] == 120


def test_a_dry_run(root, portal, capsys, monkeypatch):
    monkeypatch.setenv("KPI_RAW_ROOT", str(root))
    assert main(["load", "bitrix24", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "bitrix24: would load" in out
    assert "crm_deal: 120 rows" in out
    assert "crm_item_productrow: ? rows" in out
    assert not root.exists()


def test_a_failure_says_what_and_how_to_go_on(root, portal, capsys):
    portal.fault(DEALS, 1, 401, {"error": "NO_AUTH_FOUND", "error_description": "Wrong authorization data"})
    assert main(["load", "bitrix24", "--root", str(root)]) == 1
    err = capsys.readouterr().err
    assert "Refused: bitrix24: crm.deal.list, page after id 0: HTTP 401 NO_AUTH_FOUND (Wrong authorization data)" in err
    assert "Nothing was loaded; make a new inbound webhook" in err


@pytest.mark.parametrize(
    "arguments", [["bitrix25", "--root", "x"], ["files"], ["files", "--root", "x", "--since", "1"]]
)
def test_wrong_calls(arguments):
    assert main(["load", *arguments]) == 2


@pytest.mark.parametrize(
    ("method", "number"),
    [
        ("crm.status.list", 1),  # the first request
        ("crm.lead.list", 1),
        (DEALS, 1),
        (f"{DEALS} in batch", 3),  # inside the id scan
        ("crm.item.productrow.list in batch", 55),
        ("catalog.catalog.list", 1),  # the last one
    ],
)
def test_killed_while_it_reads(root, portal, method, number):
    assert main(["load", "bitrix24", "--root", str(root)]) == 0
    before = seen(root)
    portal.tables[DEALS] += [lead(n, "2099-01-01T00:00:00+03:00") for n in range(121, 181)]
    portal.tables["crm.lead.list"] += [lead(n, "2099-01-01T00:00:00+03:00") for n in range(61, 91)]
    portal.hold(method, portal.counts[method] + number)
    assert kill_when_held(portal, lambda: main(["load", "bitrix24", "--root", str(root)])) == -signal.SIGKILL
    assert seen(root) == before
    assert len(os.listdir(root / ".staging")) == 1
    assert main(["load", "bitrix24", "--root", str(root)]) == 0
    assert os.listdir(root / ".staging") == []
    assert len(alive(root, "bitrix24", "crm_deal", "ID")) == 180
    assert len(read(root, "bitrix24", "crm_deal")) == 180  # none lost, none twice
    assert len(read(root, "bitrix24", "crm_lead")) == 90


def test_stopped_in_the_middle_it_ends_what_it_started(root, monkeypatch):
    """SIGTERM to the real process: the log that Metrica is making is cancelled before it goes."""
    with Metrica() as counter:
        counter.rows["visits"] = [visit(1, "2026-11-19")]
        counter.polls = 10**6
        settings = {
            "KPI_METRICA_URL": counter.url,
            "KPI_METRICA_TOKEN": counter.token,
            "KPI_METRICA_COUNTER": counter.counter,
        }
        command = [
            KPI,
            "load",
            "yandex_metrica",
            "--root",
            str(root),
            "--until",
            "2026-11-19",
        ]
        loader = subprocess.Popen(command, env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 60
        while not counter.counts["create"] and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.2)
        loader.terminate()
        _, err = loader.communicate(timeout=30)
        assert loader.returncode == 143, err
        assert [log["status"] for log in counter.logs.values()] == ["canceled"]
    assert seen(root) == {}
    assert os.listdir(root / ".staging") == []
