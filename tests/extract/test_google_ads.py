"""Google Ads: tokens, pages, days loaded again, parts of a day, limits, errors in the middle of a stream."""

from datetime import date, timedelta

import pytest
from extract.servers import GoogleAds
from extract.tools import NOW, QUICK, alive, read, seen

from flows.extract import ConfigError, Incomplete, LimitReached, Refused, RequestFailed, load
from flows.extract.commit import state_of

KEY = ("segments.date", "campaign.id", "segments.device")


def spent(day: str, micros: int, device: str = "MOBILE", customer: str = "1234567890", **more) -> dict:
    return {
        "customer": {"resourceName": f"customers/{customer}", "id": customer, "currencyCode": "RUB"},
        "campaign": {"resourceName": "x", "id": "111", "name": "Бренд"},
        "segments": {"date": day, "adNetworkType": "SEARCH", "device": device},
        "metrics": {"impressions": "1287", "clicks": "42", "costMicros": str(micros), "conversions": 3.5},
        **more,
    }


@pytest.fixture
def account(monkeypatch):
    with GoogleAds(page=2) as server:
        monkeypatch.setenv("KPI_GOOGLE_ADS_URL", f"{server.url}/v23")
        monkeypatch.setenv("KPI_GOOGLE_ADS_TOKEN_URL", f"{server.url}/token")
        monkeypatch.setenv("KPI_GOOGLE_ADS_CUSTOMER", "123-456-7890")
        monkeypatch.setenv("KPI_GOOGLE_ADS_MANAGER", "999-000-1111")
        monkeypatch.setenv("KPI_GOOGLE_ADS_DEVELOPER_TOKEN", "dev-t0ken")
        monkeypatch.setenv("KPI_GOOGLE_ADS_CLIENT_ID", "x.apps.googleusercontent.com")
        monkeypatch.setenv("KPI_GOOGLE_ADS_CLIENT_SECRET", "GOCSPX-s3cret")
        monkeypatch.setenv("KPI_GOOGLE_ADS_REFRESH_TOKEN", server.refresh)
        one = "1234567890"
        server.rows = {
            (one, "customer"): [{"customer": {"id": one, "currencyCode": "RUB", "timeZone": "Europe/Moscow"}}],
            (one, "campaign"): [
                spent("2026-10-01", 7_000_000),
                *(spent("2026-11-19", 18_455_300_000, device) for device in ("MOBILE", "DESKTOP")),
            ],
        }
        yield server


def ads(root, number: int = 0, **more):
    return load("google_ads", root, now=NOW + timedelta(days=number), settings=more.pop("settings", QUICK), **more)


def test_a_first_load(root, account):
    """A year in spans of 31 days; three rows of two a page; columns are named as the query names them, with the digits of the answer."""
    report = ads(root)
    assert report.rows == {"account_history": 1, "campaign_history": 3, "campaign_stats": 3}
    spans = [query.split("'")[1::2] for query in account.calls("campaign") if "BETWEEN" in query]
    assert (len(spans), spans[0], spans[-1]) == (12, ["2025-11-20", "2025-12-20"], ["2026-10-27", "2026-11-19"])
    row = alive(root, "google_ads", "campaign_stats", *KEY)["2026-11-19", "111", "MOBILE"]
    assert {name: value for name, value in row.items() if name[0] != "_"} == {
        "segments.date": "2026-11-19", "customer.id": "1234567890", "campaign.id": "111", "segments.ad_network_type": "SEARCH", "segments.device": "MOBILE",
        "campaign.name": "Бренд", "customer.currency_code": "RUB", "metrics.impressions": "1287", "metrics.clicks": "42",
        "metrics.cost_micros": "18455300000", "metrics.conversions": "3.5",
    }  # fmt: skip
    assert read(root, "google_ads", "account_history")[0]["customer.time_zone"] == "Europe/Moscow"
    assert state_of(root, "google_ads") == {"1234567890": "2026-11-19"} and account.tokens == 1


def test_the_last_thirty_days_come_again_and_what_is_gone_is_marked(root, account):
    ads(root)
    rows = account.rows["1234567890", "campaign"]
    rows[1]["metrics"]["costMicros"] = "18000000000"
    del rows[2], rows[0]  # the desktop of yesterday, and 1 October, which is final
    ads(root, 1)
    assert account.calls("campaign")[-1].split("'")[1] == "2026-10-21"
    found = alive(root, "google_ads", "campaign_stats", *KEY)
    assert {key: row["metrics.cost_micros"] for key, row in found.items()} == {
        ("2026-10-01", "111", "MOBILE"): "7000000", ("2026-11-19", "111", "MOBILE"): "18000000000",
    }  # fmt: skip


def test_a_day_by_keyword_and_by_ad(root, account, monkeypatch):
    monkeypatch.setenv("KPI_GOOGLE_ADS_DETAIL", "keyword")
    account.rows["1234567890", "ad_group_ad"] = [
        spent("2026-11-19", 9, adGroup={"id": "5"}, adGroupAd={"ad": {"id": "31"}})
    ]
    account.rows["1234567890", "keyword_view"] = [
        spent("2026-11-19", 9, adGroup={"id": "5"}, adGroupCriterion={"criterionId": "8"})
    ]
    ads(root, since=date(2026, 11, 19))
    (ad,), (word,) = read(root, "google_ads", "ad_stats"), read(root, "google_ads", "keyword_stats")
    assert (ad["ad_group.id"], ad["ad_group_ad.ad.id"], word["ad_group_criterion.criterion_id"]) == ("5", "31", "8")


def test_a_figure_vanishes_and_an_unknown_field_appears(root, account):
    """A figure that the answer leaves out is nought; what was not asked for does not come."""
    account.rows["1234567890", "campaign"] = [spent("2026-11-19", 5, metrics={"costMicros": "5", "ctr": 0.1})]
    ads(root, since=date(2026, 11, 19))
    (row,) = read(root, "google_ads", "campaign_stats")
    assert (row["metrics.clicks"], row["metrics.cost_micros"], "metrics.ctr" in row) == ("0", "5", False)


def test_an_account_without_costs(root, account):
    account.rows["1234567890", "campaign"] = []
    assert ads(root).rows == {"account_history": 1}


def test_a_token_that_runs_out_in_the_middle_is_taken_anew(root, account):
    account.fault("campaign", 1, 401, account.problem(401, "UNAUTHENTICATED").body)
    assert ads(root).rows["campaign_stats"] == 3
    assert account.tokens == 2


def test_a_limit_and_a_server_error_pass(root, account):
    account.fault("campaign", 1, 429, "")
    account.fault("campaign", 1, 503, "")
    assert ads(root).rows["campaign_stats"] == 3


FAILED = [{"results": [spent("2026-11-19", 1)]}, {"error": {"code": 500, "message": "Internal", "status": "INTERNAL"}}]


@pytest.mark.parametrize(
    ("place", "status", "body", "error", "told"),
    [
        ("token", 400, {"error": "invalid_grant", "error_description": "revoked"}, Refused, "in testing ends after 7 days"),
        ("customer", 403, GoogleAds.problem(403, "PERMISSION_DENIED", {"authorizationError": "USER_PERMISSION_DENIED"}).body, Refused, "KPI_GOOGLE_ADS_MANAGER"),
        ("customer", 403, GoogleAds.problem(403, "PERMISSION_DENIED", {"authorizationError": "DEVELOPER_TOKEN_NOT_APPROVED"}).body, Refused, "basic access"),
        ("campaign", 401, GoogleAds.problem(401, "UNAUTHENTICATED").body, Refused, "new refresh token"),
        ("campaign", 429, GoogleAds.problem(429, "X", {"quotaError": "RESOURCE_EXHAUSTED"}).body, LimitReached, "limit of requests"),
        ("campaign", 500, "", RequestFailed, "later"),
        ("campaign", 200, FAILED, RequestFailed, "later"),
        ("campaign", 200, "[{", Incomplete, "no list of pages"),
        ("campaign", 200, [{"results": [spent("2026-11-19", 1, customer="5")]}], Incomplete, "another account"),
    ],
)  # fmt: skip
def test_trouble_in_the_middle_leaves_the_last_load(root, account, place, status, body, error, told):
    ads(root)
    before = seen(root)
    account.fault(place, 9, status, body)
    with pytest.raises(error, match=f"(?s)google_ads: .*{told}") as failure:
        ads(root, 1)
    assert seen(root) == before
    assert not any(secret in str(failure.value) for secret in ("s3cret", "t0ken", "ya29"))


def test_a_dry_run_and_wrong_settings(root, account, monkeypatch):
    report = ads(root, dry_run=True)
    assert (report.rows, report.notes) == ({"campaign_stats": -1}, ["1234567890: 2025-11-20 to 2026-11-19"])
    assert not root.exists()
    monkeypatch.setenv("KPI_GOOGLE_ADS_DETAIL", "group")
    with pytest.raises(ConfigError, match="none of campaign, ad, keyword"):
        ads(root)
    monkeypatch.setenv("KPI_GOOGLE_ADS_DETAIL", "ad")
    monkeypatch.setenv("KPI_GOOGLE_ADS_CUSTOMER", "coffee")
    with pytest.raises(ConfigError, match="no number of an account"):
        ads(root)
