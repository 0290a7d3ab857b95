"""VK Ads, Google Ads, GA4 and Jira from their servers to staging: what two loads bring is what the models read, with nothing twice and nothing that is gone."""

from extract.test_ga4 import event, ga4, project  # noqa: F401 - fixtures
from extract.test_google_ads import account, ads, spent  # noqa: F401
from extract.test_jira import issue, jira, moved, site  # noqa: F401
from extract.test_vk_ads import cabinet, figures, vk  # noqa: F401

from tests.warehouse import build


def test_two_loads_are_read_by_staging(root, tmp_path, monkeypatch, cabinet, account, project, site):  # noqa: F811
    """Of VK Ads the ads of 19 November tell all of campaign 81 (81.30) and those of 1 November a part (50 of 81.30), so the campaign is told there; 82 has no ads,
    and its 19 November is taken back by the second load. Of Google Ads the ad tells 30 of the 50 of 19 November after the correction, so the campaign is told by
    50 = 20 on mobiles + 30 on desktops; on 20 November the ad tells all. GA4's 18 November is written anew without its third row, and 19 November was a running day. Of Jira
    issue 1 was moved to work and done, by the second load, and issue 2 is gone; a sprint without days is none."""
    monkeypatch.setenv("KPI_VK_ADS_DETAIL", "ad")
    monkeypatch.setenv("KPI_GOOGLE_ADS_DETAIL", "ad")
    cabinet.objects["ad_groups"] = [{"id": 7, "name": "Группа", "ad_plan_id": 81}]
    cabinet.objects["banners"] = [{"id": 1, "name": "А", "ad_group_id": 7}, {"id": 2, "name": "Б", "ad_group_id": 7}]
    cabinet.days |= {("banners", 1, "2026-11-19"): figures("40.00"), ("banners", 2, "2026-11-19"): figures("41.30")}
    cabinet.days["banners", 1, "2026-11-01"] = figures("50.00")
    of_ad = {"adGroup": {"id": "5"}, "adGroupAd": {"ad": {"id": "31"}}}
    campaign, by_ad = account.rows["1234567890", "campaign"], account.rows.setdefault(("1234567890", "ad_group_ad"), [])
    by_ad += [spent("2026-11-19", 30_000_000, **of_ad)]
    campaign[:] = [
        spent("2026-11-19", 40_000_000),
        spent("2026-11-19", 30_000_000, "DESKTOP"),
        spent("2026-11-18", 7_000_000),
    ]
    points = {"customfield_10020": [{"id": 7}], "customfield_10016": 2.5}
    site.issues, site.logs = [issue(1, **points), issue(2, status="1")], {"10001": [moved(1, "1", "3", 1793520902000)]}
    site.sprints = {
        1: [
            {"id": 7, "name": "S1", "startDate": "2026-11-01T22:00:00.000Z", "endDate": "2026-11-15T06:00:00.000Z"},
            {"id": 8},
        ]
    }
    for loaded in (vk, ads, ga4, jira):
        loaded(root)
    site.issues = [issue(1, "2026-11-20T10:00:00.000+0300", "5", issuetype={"name": "Баг"}, **points)]
    site.logs["10001"].append(moved(2, "3", "5", "2026-11-20T10:00:00.000+0300"))
    del cabinet.days["ad_plans", 82, "2026-11-19"], campaign[2]
    campaign[0]["metrics"]["costMicros"] = "20000000"
    campaign.append(spent("2026-11-20", 9_000_000))
    by_ad.append(spent("2026-11-20", 9_000_000, **of_ad))
    project.tables["events_20261118"].pop()
    project.changed["events_20261118"] = "2"
    project.tables["events_20261119"] = [
        event("20261119", browser, event_timestamp=1793607302123456) for browser in ("1.1", "2.2")
    ]
    for loaded in (vk, ads, ga4, jira):
        loaded(root, 1)

    on = {"KPI_SOURCES": "ga4 google_ads jira vk_ads", "KPI_RAW_ROOT": str(root), "KPI_AS_OF": "2026-11-22"}
    models = ("-s", *(f"path:systems/{system}" for system in on["KPI_SOURCES"].split()))
    no_tests = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    with build(tmp_path, *models, *no_tests, **on) as warehouse:
        columns = "date::varchar, campaign_id, campaign_name, ad_group_id, ad_name, cost::double, currency"
        spend = f"select {columns} from staging.stg_{{}}__ad_spend order by 1, 2, 5, 6"
        assert warehouse.execute(spend.format("vk_ads")).fetchall() == [
            ("2026-11-01", "81", "Кампания 81", None, None, 81.30, "RUB"),
            ("2026-11-01", "82", "Кампания 82", None, None, 82.30, "RUB"),
            ("2026-11-19", "81", "Кампания 81", "7", "А", 40.00, "RUB"),
            ("2026-11-19", "81", "Кампания 81", "7", "Б", 41.30, "RUB"),
        ]
        assert warehouse.execute(spend.format("google_ads")).fetchall() == [
            ("2026-11-19", "111", "Бренд", None, None, 50, "RUB"), ("2026-11-20", "111", "Бренд", "5", None, 9, "RUB"),
        ]  # fmt: skip
        found = warehouse.execute("""
            select event_date::varchar, property_id, export like '0 %', count(*), count(session_id) from staging.base_ga4__events
            where row_status = 'accepted' group by all order by all
        """).fetchall()
        assert found == [("2026-11-18", "123", False, 2, 1), ("2026-11-19", "123", False, 2, 2)]
        tasks = warehouse.execute(
            "select task_id, project, sprint_id, kind, points::double, employee_id from staging.stg_jira__tasks"
        )
        assert tasks.fetchall() == [("10001", "PRJ", "7", "bug", 2.5, "5b1")]
        changes = (
            "select status, status_class, entered_at::varchar from staging.stg_jira__task_status_changes order by 3"
        )
        assert warehouse.execute(changes).fetchall() == [
            ("To Do", "waiting", "2026-11-01 07:00:00"), ("In Progress", "active", "2026-11-01 08:15:02"), ("Done", "done", "2026-11-20 07:00:00"),
        ]  # fmt: skip
        sprints = "select sprint_id, project, starts_on::varchar, ends_on::varchar from staging.stg_jira__sprints"
        assert warehouse.execute(sprints).fetchall() == [("7", "PRJ", "2026-11-02", "2026-11-15")]
        rejected = " union all ".join(
            f"select * from (select row_status, row_problem from staging.base_{name} where row_status = 'rejected')"
            for name in (
                "ga4__events",
                "vk_ads__ad_plan_statistics",
                "vk_ads__banner_statistics",
                "google_ads__campaign_stats",
                "jira__issues",
                "jira__sprints",
            )
        )
        assert warehouse.execute(rejected).fetchall() == []
