"""Visits, orders and costs of Roistat on to the KPIs: a company small enough to count by hand.

In March 2026 by the clock of Moscow; no CRM and no other counter is on, but VK Ads tells its own cost.

| visit | when | from | order |
|---|---|---|---|
| 1 | 2 | Yandex Direct, by the marker | 501: paid 100 000, first seen so on the 5th, loaded again with 110 000 on the 9th |
| 2 | 3 | a mailing's marks | 502: cancelled on the 6th |
| 3 | 4 | a search; loaded twice | |
| 4 | 5 | a marker of one's own, telegram | 503: in progress |
| 5 | 31, 23:30 | nowhere | 504: of a type that counts nowhere |
"""

import json

import pytest

from tests.warehouse import accounted, build, built_of, rows, write_csv


def visit(number: int, date: str, **source) -> dict:
    """A visit as the list has it; the first one is known to Metrica."""
    browser = {"metrika_client_id": "77"} if number == 1 else {}
    return {
        "id": str(number), "first_visit_id": "1", "date": date, "landing_page": "shop.ru/a", "source": source, "geo": {"city": "Москва"},
        "device": {"browser": "Chrome"}, "ip": "1.2.3.4", "_loaded_at": "2026-03-31 21:00:00", **browser,
    }  # fmt: skip


def order(
    number: int, kind: str, updated: str, revenue: float | str | None = None, of_visit: int | None = None
) -> dict:
    """An order as the list has it."""
    return {
        "id": str(number), "creation_date": "2026-03-04T08:15:00+0000", "update_date": f"2026-03-{updated}T10:00:00+0000", "revenue": revenue,
        "client_id": f"k{number}", "visit_id": of_visit and str(of_visit), "status": {"id": f"C1:{kind}", "type": kind, "name": kind},
    }  # fmt: skip


def cost(day: str, marker: str, value: float, loaded: str = "2026-03-10") -> dict:
    """The cost of a channel of a day; other metrics stand beside it."""
    return {
        "dateFrom": f"2026-03-{day}T00:00:00+0300", "dimensions": {"marker_level_1": {"value": marker, "title": marker.title()}},
        "metrics": [
            {"metric_name": "visitCount", "attribution_model_id": "default", "value": 7},
            {"metric_name": "marketing_cost", "attribution_model_id": "default", "value": value},
        ],
        "_loaded_at": loaded,
    }  # fmt: skip


JSON = {
    "visits/1": [
        visit(1, "2026-03-02T10:00:00+0300", system_name="direct1_search_53455"),
        visit(2, "2026-03-03T10:00:00+0300", system_name="utm_news", utm_source="news", utm_medium="email", utm_campaign="spring"),
        visit(3, "2026-03-04T10:00:00+0300", system_name="seo_yandex"),
        visit(4, "2026-03-05T10:00:00+0300", system_name="telegram"),
        visit(5, "2026-03-31T23:30:00+0300"),
        visit(6, "вчера"),
    ],
    "visits/2": [visit(3, "2026-03-04T10:00:00+0300", system_name="seo_yandex") | {"_loaded_at": "2026-03-31 22:00:00"}],
    "orders/1": [
        order(501, "progress", "04", None, 1), order(502, "progress", "04", 5000, 2), order(503, "progress", "05", 7000, 4), order(504, "unused", "05", 9000),
        order(505, "paid", "05", "сто"),
    ],
    "orders/2": [order(501, "paid", "05", 100_000, 1), order(502, "canceled", "06", 5000, 2)],
    "orders/3": [order(501, "paid", "09", 110_000, 1)],
    "analytics_data/1": [
        cost("02", "direct1", 1000), cost("02", "direct2", 200), cost("03", "direct1", 500), cost("05", "telegram", 300), cost("02", "seo", 0), cost("02", "vk1", 50),
    ],
    "analytics_data/2": [cost("03", "direct1", 600, "2026-03-11")],
}  # fmt: skip
CSV = {
    "vk_ads/ad_plans/1": "id,name\n81,Осень\n",
    "vk_ads/ad_plan_statistics/1": "id,date,shows,clicks,spent\n81,2026-03-02,100,5,55\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The raw root of this company."""
    folder = tmp_path_factory.mktemp("roistat")
    write_csv(folder / "raw", CSV)
    for name, records in JSON.items():
        path = folder / "raw" / "roistat" / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), "utf-8")
    return folder


@pytest.fixture(scope="module")
def warehouse(folder):
    """The warehouse of this company."""
    with built_of(folder, "roistat vk_ads files", unit_tests=5) as connection:
        yield connection


def test_every_raw_row_is_accounted_for(warehouse):
    found = [row for row in accounted(warehouse) if row[0] == "roistat"]
    assert found == [
        ("roistat", "analytics_data", 7, 6, 1, 0, True), ("roistat", "orders", 8, 4, 3, 1, True), ("roistat", "visits", 7, 5, 1, 1, True),
    ]  # fmt: skip
    assert rows(warehouse, "select raw_row, reason from quality.rejected_rows order by all") == [
        (5, "amount: 'сто' cannot be read as money"),
        (6, "started_at: 'вчера' cannot be read as timestamp"),
    ]


def test_cost_of_a_platform_whose_own_source_is_on_counts_once(warehouse):
    """VK Ads tells 55 of the day of which Roistat tells 50; both accounts of Direct add up, and what costs nothing is no ad cost."""
    found = rows(
        warehouse, "select source_system, platform, date, cost from intermediate.ad_spend order by date, platform"
    )
    assert [(system, platform, date.day, float(cost)) for system, platform, date, cost in found] == [
        ("vk_ads", "vk_ads", 2, 55), ("roistat", "yandex_direct", 2, 1200), ("roistat", "yandex_direct", 3, 600), ("roistat", "telegram", 5, 300),
    ]  # fmt: skip
    found = rows(warehouse, "select finding, rows_affected from quality.findings where subject = 'roistat'")
    assert found == [("ad cost that another system tells too, not counted twice", 1)]


def test_an_order_is_a_deal_of_its_visit(warehouse):
    found = rows(warehouse, """
        select deal_id, status, strftime(closed_at, '%d %H:%M'), amount::int, customer_id, web_client_id from intermediate.deals order by deal_id
    """)  # fmt: skip
    assert found == [
        ("roistat:501", "won", "05 10:00", 110_000, "roistat:k501", "77"), ("roistat:502", "lost", "06 10:00", 5000, "roistat:k502", "1"),
        ("roistat:503", "open", None, 7000, "roistat:k503", "1"),
    ]  # fmt: skip


KPIS = {  # of March 2026, by hand
    ("visits", "all"): 5,
    ("visits", "yandex_direct"): 1,
    ("visits", "email"): 1,
    ("visits", "seo"): 1,
    ("revenue", "all"): 110_000,
    ("win_rate", "all"): 1 / 2,  # 501 of 501 and 502
    ("ad_spend", "all"): 1200 + 600 + 300 + 55,
    ("ad_spend", "yandex_direct"): 1200 + 600,
    ("ad_spend", "telegram"): 300,
}


def test_kpis_are_those_counted_by_hand(warehouse):
    found = {(kpi, member): value for kpi, member, value in rows(warehouse, """
        select kpi_id, dimension_key, value from marts.kpi_values
        where period_grain = 'month' and period_start = '2026-03-01' and dimension in ('all', 'channel')
    """)}  # fmt: skip
    assert {kpi: found.get(kpi) for kpi in KPIS} == pytest.approx(KPIS)


def test_what_a_crm_or_a_counter_tells_too_is_not_counted(folder):
    """The same files beside a CRM and another counter: no visit and no deal of Roistat goes further than staging."""
    settings = {
        "KPI_SOURCES": "roistat bitrix24 yandex_metrica",
        "KPI_RAW_ROOT": str(folder / "raw"),
        "KPI_AS_OF": "2026-04-01",
    }
    with build(
        folder / "beside",
        "-s",
        "+stg_roistat__deals",
        "--exclude-resource-type",
        "unit_test",
        **settings,
    ) as beside:
        found = rows(beside, """
            select 'deals', row_status, count(*) from staging.stg_roistat__deals group by all
            union all select 'visits', row_status, count(*) from staging.stg_roistat__web_sessions group by all order by all
        """)  # fmt: skip
    assert found == [("deals", "elsewhere", 3), ("deals", "left_out", 1), ("visits", "elsewhere", 5)]
