"""Yandex Direct: the queue, retryIn, money, days loaded again, totals."""

import logging
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from extract.servers import Direct, days_before, spend
from extract.tools import NOW, QUICK, alive, read, seen

from flows.extract import ConfigError, Incomplete, LimitReached, Refused, RequestFailed, TimedOut, load
from flows.extract.commit import state_of

DAYS = days_before(date(2026, 11, 19), 40)
KEY = ("Date", "CampaignId", "AdNetworkType")
CAMPAIGN = "CAMPAIGN_PERFORMANCE_REPORT"


@pytest.fixture
def account(monkeypatch):
    with Direct() as server:
        monkeypatch.setenv("KPI_DIRECT_URL", server.url)
        monkeypatch.setenv("KPI_DIRECT_TOKEN", server.token)
        monkeypatch.setenv("KPI_DIRECT_LOGIN", server.login)
        server.rows = [spend(day, 7, 1_845_530, net) for day in DAYS for net in ("SEARCH", "AD_NETWORK")]
        server.rows[1]["Conversions"] = 9
        yield server


def direct(root, number: int = 0, **more):
    settings = more.pop("settings", QUICK)
    return load("yandex_direct", root, now=NOW + timedelta(days=number), settings=settings, **more)


def campaign_reports(account) -> list[dict]:
    return [params for params in account.reports.values() if params["ReportType"] == CAMPAIGN]


def test_a_first_load(root, account):
    report = direct(root, since=date(2026, 10, 11))
    assert report.rows == {"campaign_performance": 80}
    assert seen(root) == {"yandex_direct/campaign_performance": 80, "control/totals": 40}
    row = read(root, "yandex_direct", "campaign_performance")[1]
    assert row == {
        "Date": "2026-10-11",
        "CampaignId": "7",
        "CampaignName": "Поиск | 7",
        "CampaignType": "TEXT_CAMPAIGN",
        "AdNetworkType": "AD_NETWORK",
        "Impressions": "100",
        "Clicks": "7",
        "Cost": "18455.30",
        "Conversions": "9",
        "ClientLogin": "coffee-direct",
        "Currency": "RUB",
        "IncludeVAT": "NO",
        "_loaded_at": "2026-11-20T03:00:00+00:00",
    }
    assert read(root, "yandex_direct", "campaign_performance")[0]["Conversions"] == "--"
    total = read(root, "control", "totals")[0]
    assert (total["day"], total["row_count"], total["amount"]) == ("2026-10-11", None, "36910.60")
    assert state_of(root, "yandex_direct") == {"coffee-direct": "2026-11-19"}
    print(report)


def test_the_queue_and_retry_in(root, account):
    account.waits, account.retry_in = 2, "0.3"
    begun = time.monotonic()
    direct(root, since=date(2026, 11, 19))
    waited = time.monotonic() - begun
    assert 1.2 <= waited < 6  # two waits for each of two reports
    names = [params["ReportName"] for name, params in account.seen if name == "reports"]
    assert names[:3] == [names[0]] * 3  # the identical request, under the same name
    assert len(set(names)) == 2
    print(f"201, 202 and 200 for two reports, retryIn 0.3 s: {waited:.2f} s")


def test_retry_in_that_is_missing_or_too_long(root, account):
    account.retry_in = "soon"
    direct(root, since=date(2026, 11, 19))
    account.retry_in = "60"
    with pytest.raises(TimedOut, match="2026-10-21 to 2026-11-20, report being made: no end in sight"):
        direct(root, 1, settings=replace(QUICK, wait_seconds=0.5))


def test_the_last_thirty_days_come_again_and_what_is_gone_is_marked(root, account):
    direct(root, since=date(2026, 10, 11))
    account.rows[-1]["Cost"] = 100  # of the 19th: clicks taken off
    del account.rows[-2]
    account.rows[0]["Cost"] = 100  # of 11 October: final
    account.rows.append(spend("2026-11-20", 8, 500))
    account.reports.clear()
    report = direct(root, 1)
    chosen = campaign_reports(account)[0]["SelectionCriteria"]
    assert chosen == {"DateFrom": "2026-10-21", "DateTo": "2026-11-20"}
    found = alive(root, "yandex_direct", "campaign_performance", *KEY)
    assert len(found) == 80
    assert found["2026-11-19", "7", "AD_NETWORK"]["Cost"] == "1.00"
    assert ("2026-11-19", "7", "SEARCH") not in found
    assert found["2026-10-11", "7", "SEARCH"]["Cost"] == "18455.30"
    assert found["2026-11-20", "8", "SEARCH"]["Cost"] == "5.00"
    assert report.rows == {"campaign_performance": 61}  # 30 days of two rows, less one gone, the new one, the deletion


def test_spans_and_halves(root, account):
    account.max_days = 20
    account.waits = 0
    direct(root, since=date(2026, 10, 11))
    spans = [tuple(params["SelectionCriteria"].values()) for params in campaign_reports(account)]
    assert spans == [
        ("2026-10-11", "2026-11-19"),
        ("2026-10-11", "2026-10-30"),
        ("2026-10-31", "2026-11-19"),
    ]
    assert len(alive(root, "yandex_direct", "campaign_performance", *KEY)) == 80


def test_a_report_longer_than_a_page(root, account, monkeypatch):
    monkeypatch.setattr("flows.extract.yandex_direct.MAX_ROWS", 30)
    direct(root, since=date(2026, 10, 11))
    assert len(alive(root, "yandex_direct", "campaign_performance", *KEY)) == 80
    assert [params["Page"]["Offset"] for params in campaign_reports(account)] == [0, 30, 60]


def test_costs_in_millionths_are_turned_down(root, account):
    account.micros = True
    with pytest.raises(Incomplete, match="costs came in millionths"):
        direct(root, since=date(2026, 11, 1))
    assert seen(root) == {}


def test_rows_that_are_missing_show_by_the_summary(root, account):
    account.lost_rows = 1
    with pytest.raises(Incomplete, match="79 rows came, the report says 80"):
        direct(root, since=date(2026, 10, 11))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "no header line with Date"),
        ("Date\tCampaignId\tCampaignName\n2026-11-19\t7\tx\n", "no column Cost"),
        ("Date\tCost\n2026-11-19\t1.00\t2\n", "row 1: 3 columns instead of 2"),
    ],
)
def test_reports_that_are_none(root, account, body, told):
    account.fault("reports", 1, 200, body)
    with pytest.raises(Incomplete, match=told):
        direct(root, since=date(2026, 11, 19))


def test_headers_and_columns_as_they_come(root, account):
    text = '"kpi (2026-11-19)"\r\nDate\tClicks\tCost\tNew\tCampaignId\r\n2026-11-19\t1\t2.50\tx\t7\r\nTotal rows: 1\r\n'
    account.fault("reports", 1, 200, text)
    direct(root, since=date(2026, 11, 19))
    row = read(root, "yandex_direct", "campaign_performance")[0]
    assert (row["Cost"], row["CampaignId"], row["Clicks"], row["Conversions"]) == ("2.50", "7", "1", None)


def test_an_empty_account(root, account):
    account.rows = []
    assert direct(root, since=date(2026, 11, 1)).rows == {}
    assert state_of(root, "yandex_direct") == {"coffee-direct": "2026-11-19"}


def test_both_series(root, account, monkeypatch):
    monkeypatch.setenv("KPI_DIRECT_VAT", "no, yes")
    assert direct(root, since=date(2026, 11, 19)).rows == {"campaign_performance": 4}
    assert sorted(row["IncludeVAT"] for row in read(root, "yandex_direct", "campaign_performance")) == [
        "NO",
        "NO",
        "YES",
        "YES",
    ]
    monkeypatch.setenv("KPI_DIRECT_VAT", "maybe")
    with pytest.raises(ConfigError, match="KPI_DIRECT_VAT"):
        direct(root)


def test_by_ad_and_keyword(root, account, monkeypatch):
    """A campaign's day loaded whole comes again in its parts, of one sum; the whole row is marked as gone."""
    direct(root, since=date(2026, 11, 19))
    whole = account.rows.pop()
    ad = {"AdGroupId": 9, "AdGroupName": "Зерно", "AdId": 31}
    costs = {"кофе": whole["Cost"] - 100, "---autotargeting": 100}
    account.rows += [whole | ad | {"Criterion": word, "Cost": cost} for word, cost in costs.items()]
    account.reports.clear()
    monkeypatch.setenv("KPI_DIRECT_DETAIL", "Keyword")
    direct(root, 1, until=date(2026, 11, 19))
    (params,) = [one for one in account.reports.values() if one["ReportType"] == "CUSTOM_REPORT"]
    assert params["FieldNames"][-4:] == ["AdGroupId", "AdGroupName", "AdId", "Criterion"]
    found = alive(root, "yandex_direct", "campaign_performance", "Date", "AdNetworkType", "AdId", "Criterion")
    of_day = {key[2:]: row["Cost"] for key, row in found.items() if key[:2] == ("2026-11-19", "AD_NETWORK")}
    assert of_day == {("31", "кофе"): "18454.30", ("31", "---autotargeting"): "1.00"}
    assert ("2026-11-19", "SEARCH", "--", "--") in found
    monkeypatch.setenv("KPI_DIRECT_DETAIL", "banner")
    with pytest.raises(ConfigError, match="KPI_DIRECT_DETAIL"):
        direct(root, 2)


@pytest.mark.parametrize(
    ("status", "code"), [(500, 1000), (503, 0), (400, 1002), (400, 52), (400, 9000), (400, 56), (400, 506)]
)
def test_passing_trouble_is_waited_out(root, account, status, code):
    error = {"error": {"request_id": "1", "error_code": code, "error_string": "Busy", "error_detail": ""}}
    account.fault("reports", 2, status, error)
    assert direct(root, since=date(2026, 11, 19)).rows == {"campaign_performance": 2}


def test_a_report_fails_in_the_middle(root, account):
    direct(root, since=date(2026, 11, 1))
    before = seen(root)
    error = {"error": {"request_id": "1", "error_code": 8000, "error_string": "Wrong request", "error_detail": "x"}}
    account.on["reports"] = lambda number: number == 9 and account.fault("reports", 1, 400, error)
    with pytest.raises(Refused, match=r"HTTP 400, code 8000 \(Wrong request; x\)"):
        direct(root, 1)
    assert seen(root) == before
    assert state_of(root, "yandex_direct") == {"coffee-direct": "2026-11-19"}
    account.fault("reports", 99, 500, "")
    with pytest.raises(RequestFailed, match="HTTP 500"):
        direct(root, 1)
    account.faults.clear()
    account.fault("reports", 1, 400, {"error": {"error_code": "152", "error_string": "No units"}})
    with pytest.raises(LimitReached, match="units are used up"):
        direct(root, 1)


def test_a_token_that_expires_in_the_middle(root, account):
    account.on["reports"] = lambda number: setattr(account, "token", "another") if number == 2 else None
    with pytest.raises(Refused, match=r"code 53 \(Authorization error\), RequestId 77.*make a new token"):
        direct(root, since=date(2026, 11, 1))
    assert seen(root) == {}


def test_a_dry_run_asks_for_nothing(root, account):
    report = direct(root, since=date(2026, 11, 1), dry_run=True)
    assert report.rows == {"campaign_performance": -1}
    assert report.warnings == ["coffee-direct: 2026-11-01 to 2026-11-19, IncludeVAT NO"]
    assert account.seen == []
    assert not root.exists()


def test_the_token_does_not_show(root, account, caplog):
    caplog.set_level(logging.DEBUG)
    direct(root, since=date(2026, 11, 19))
    text = f"Bearer {account.token}"
    account.fault("reports", 1, 400, {"error": {"error_code": 8000, "error_string": text}})
    with pytest.raises(Refused) as caught:
        direct(root)
    assert account.token not in caplog.text + repr(caught.value)
    assert "Bearer ***" in str(caught.value)
