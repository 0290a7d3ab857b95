"""VK Ads: tokens, pages, days loaded again, ads, limits, errors in the middle."""

from datetime import date, timedelta

import pytest
from extract.servers import VkAds
from extract.tools import NOW, QUICK, alive, read, seen

from flows.extract import ConfigError, Incomplete, LimitReached, Refused, RequestFailed, load
from flows.extract.commit import state_of

TABLE = "ad_plan_statistics"


def figures(spent: str, **more) -> dict:
    return {
        "shows": 12873,
        "clicks": 412,
        "goals": 9,
        "spent": spent,
        "cpm": "1433.64",
        "ctr": 3.2,
        "vk": {"goals": 9},
        **more,
    }


@pytest.fixture
def cabinet(monkeypatch):
    with VkAds(page=2) as server:
        monkeypatch.setenv("KPI_VK_ADS_URL", server.url)
        monkeypatch.setenv("KPI_VK_ADS_CLIENT_ID", "17")
        monkeypatch.setenv("KPI_VK_ADS_CLIENT_SECRET", server.secret)
        server.objects["ad_plans"] = [
            {"id": number, "name": f"Кампания {number}", "status": "active", "budget_limit_day": "1500"}
            for number in (81, 82, 83)
        ]
        for day in ("2026-11-01", "2026-11-19"):
            server.days |= {("ad_plans", number, day): figures(f"{number}.30") for number in (81, 82)}
        yield server


def vk(root, number: int = 0, **more):
    return load("vk_ads", root, now=NOW + timedelta(days=number), settings=more.pop("settings", QUICK), **more)


def test_a_first_load(root, cabinet):
    """Three campaigns of two a page; 83 never ran, and days without figures are no rows; a year is asked for in spans of 90 days."""
    report = vk(root)
    assert report.rows == {"ad_plans": 3, TABLE: 4}
    assert [call["offset"] for call in cabinet.calls("ad_plans")] == ["0", "2"]
    asked = cabinet.calls("statistics/ad_plans/day")
    assert [call["id"] for call in asked] == ["81,82,83"] * 5 and asked[0]["date_from"] == "2025-11-20"
    row = alive(root, "vk_ads", TABLE, "id", "date")["81", "2026-11-19"]
    assert (row["account_id"], row["currency"]) == ("555", "RUB")
    assert '"shows":12873,"clicks":412,"goals":9,"spent":"81.30"' in row["base"]
    assert read(root, "vk_ads", "ad_plans")[0]["budget_limit_day"] == "1500"
    assert state_of(root, "vk_ads") == {"555": "2026-11-19"} and cabinet.tokens == 1


def test_the_last_days_come_again_and_what_is_gone_is_marked(root, cabinet):
    """Of the 14 days one is corrected and one taken back; 1 November is older and stays; the days of 82, which the list has no more, stay."""
    cabinet.days["ad_plans", 81, "2026-11-18"] = figures("5.00")
    vk(root)
    cabinet.objects["ad_plans"].pop(1)
    cabinet.days["ad_plans", 81, "2026-11-19"] = figures("80.00")
    del cabinet.days["ad_plans", 81, "2026-11-18"], cabinet.days["ad_plans", 81, "2026-11-01"]
    vk(root, 1)
    found = alive(root, "vk_ads", TABLE, "id", "date")
    assert cabinet.calls("statistics/ad_plans/day")[-1]["date_from"] == "2026-11-06"
    assert sorted(found) == [("81", "2026-11-01"), ("81", "2026-11-19"), ("82", "2026-11-01"), ("82", "2026-11-19")]
    assert '"spent":"80.00"' in found["81", "2026-11-19"]["base"]


def test_a_day_by_ad(root, cabinet, monkeypatch):
    """An ad is told with its group, its campaign and the names; one of a group that is gone has no campaign."""
    monkeypatch.setenv("KPI_VK_ADS_DETAIL", "ad")
    cabinet.objects["ad_groups"] = [{"id": 7, "name": "Группа", "ad_plan_id": 81}]
    cabinet.objects["banners"] = [{"id": 1, "name": "А", "ad_group_id": 7}, {"id": 2, "name": "Б", "ad_group_id": 8}]
    cabinet.days |= {("banners", number, "2026-11-19"): figures("40.65") for number in (1, 2)}
    assert vk(root, since=date(2026, 11, 19)).rows == {"ad_plans": 3, TABLE: 2, "banner_statistics": 2}
    found = alive(root, "vk_ads", "banner_statistics", "id")
    names = ("name", "ad_group_id", "ad_group_name", "ad_plan_id")
    assert [[found[one][name] for name in names] for one in "12"] == [
        ["А", "7", "Группа", "81"],
        ["Б", "8", None, None],
    ]


def test_a_field_appears_and_vanishes(root, cabinet):
    cabinet.days["ad_plans", 81, "2026-11-19"] = {"shows": 1, "clicks": 0, "spent": "1.00", "reach": 5}
    vk(root, since=date(2026, 11, 19))
    assert alive(root, "vk_ads", TABLE, "id")["81"]["base"] == '{"shows":1,"clicks":0,"spent":"1.00","reach":5}'


def test_an_account_without_campaigns(root, cabinet):
    cabinet.objects["ad_plans"] = []
    assert vk(root).rows == {} and not cabinet.calls("statistics/ad_plans/day")


def test_a_token_that_runs_out_in_the_middle_is_taken_anew(root, cabinet):
    cabinet.fault("statistics/ad_plans/day", 1, 401, cabinet.problem(401, "expired_token").body)
    assert vk(root).rows[TABLE] == 4
    assert cabinet.tokens == 2


def test_a_limit_and_a_server_error_pass(root, cabinet):
    cabinet.fault("ad_plans", 2, 429, "")
    cabinet.fault("statistics/ad_plans/day", 1, 503, "")
    assert vk(root).rows[TABLE] == 4


@pytest.mark.parametrize(
    ("place", "status", "code", "error", "told"),
    [
        ("oauth2/token", 401, "invalid_client", Refused, "id or secret"),
        ("oauth2/token", 403, "token_limit_exceeded", LimitReached, "five tokens"),
        ("ad_plans", 403, "ERR_ACCESS_DENIED", Refused, "scope read_ads"),
        ("statistics/ad_plans/day", 401, "expired_token", Refused, "taken back"),
        ("statistics/ad_plans/day", 429, "", LimitReached, "limit of requests"),
        ("statistics/ad_plans/day", 500, "ERR_INTERNAL", RequestFailed, "later"),
    ],
)
def test_trouble_in_the_middle_leaves_the_last_load(root, cabinet, place, status, code, error, told):
    vk(root)
    before = seen(root)
    cabinet.fault(place, 9, status, {"error": {"code": code, "message": "x"}})
    with pytest.raises(error, match=f"(?s)HTTP {status}.*{told}") as failure:
        vk(root, 1)
    assert seen(root) == before and cabinet.secret not in str(failure.value)


@pytest.mark.parametrize(
    ("place", "body", "told"),
    [
        ("ad_plans", "<html>", "no JSON object"),
        ("ad_plans", '{"count":3}', "no list of items"),
        ("ad_plans", '{"count":3,"items":[]}', "0 of 3 came"),
        ("statistics/ad_plans/day", '{"items":[{"id":99,"rows":[]}]}', "not asked for"),
        ("statistics/ad_plans/day", '{"items":[{"id":81,"rows":[{"date":"2020-01-01","base":{}}]}]}', "another day"),
    ],
)
def test_an_answer_of_another_shape(root, cabinet, place, body, told):
    cabinet.fault(place, 1, 200, body)
    with pytest.raises(Incomplete, match=told):
        vk(root)
    assert seen(root) == {}


def test_a_dry_run_and_a_wrong_setting(root, cabinet, monkeypatch):
    report = vk(root, dry_run=True)
    assert (report.rows, report.notes) == ({"ad_plans": 3, TABLE: -1}, ["555: 2025-11-20 to 2026-11-19"])
    assert not root.exists()
    monkeypatch.setenv("KPI_VK_ADS_DETAIL", "advert")
    with pytest.raises(ConfigError, match="none of campaign, ad"):
        vk(root)
