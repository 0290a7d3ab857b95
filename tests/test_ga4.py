"""GA4's export to BigQuery and reports of Google Ads and VK Ads on to the KPIs: a company small enough to count by hand, built with these sources and its orders.

In March 2026. The business is in Moscow, the property five hours before UTC in Yekaterinburg, so the visit of 23:30 on 2 March stands in the table of 3 March.

| visit | browser | day | comes from | does |
|---|---|---|---|---|
| a | 1.1 | 2 | marks yandex / cpc, then a link of the shop itself | two pages, two products, order A-1001 of 14 990.50 told twice |
| b | 2.2 | 2, table of 3 | parameters google / organic | one page, not engaged |
| c | 3.3 | 5 | click of Google Ads, campaign 111, which its marks call organic | order A-1002 of 5 000 |
| d | 4.4 | 5, JSON | nothing | a lead |
| e | 1.1 | 6 | last click yandex / cpc, of visit a | one page, not engaged; told by a table of the running day before |
| x | 9.9 | 5 | first export alone; the second one no longer has it | |
| | | 5, JSON | two page views without consent, with the same session | |
"""  # fmt: skip

import json
import re
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.base.settings import Settings
from flows.gates.raw import PATTERNS
from tests.warehouse import accounted, built_of, rows, write_csv

VALUE = pa.struct(
    [
        ("string_value", pa.string()),
        ("int_value", pa.int64()),
        ("float_value", pa.float64()),
        ("double_value", pa.float64()),
    ]
)
MARKS = pa.struct(
    [
        ("manual_source", pa.string()),
        ("manual_medium", pa.string()),
        ("manual_campaign_name", pa.string()),
        ("gclid", pa.string()),
    ]
)
CLICK = pa.struct([
    ("manual_campaign", pa.struct([("source", pa.string()), ("medium", pa.string()), ("campaign_name", pa.string())])),
    ("google_ads_campaign", pa.struct([("campaign_id", pa.string()), ("campaign_name", pa.string())])),
])  # fmt: skip
ITEM = pa.struct([
    ("item_id", pa.string()), ("item_category", pa.string()), ("price", pa.float64()), ("quantity", pa.int64()), ("item_revenue", pa.float64()),
])  # fmt: skip
EXPORT = pa.schema([
    ("event_date", pa.string()), ("event_timestamp", pa.int64()), ("event_name", pa.string()),
    ("event_params", pa.list_(pa.struct([("key", pa.string()), ("value", VALUE)]))), ("user_pseudo_id", pa.string()),
    ("batch_event_index", pa.int64()), ("device", pa.struct([("category", pa.string())])), ("geo", pa.struct([("city", pa.string())])),
    ("collected_traffic_source", MARKS), ("session_traffic_source_last_click", CLICK),
    ("ecommerce", pa.struct([("transaction_id", pa.string()), ("purchase_revenue", pa.float64())])), ("items", pa.list_(ITEM)),
])  # fmt: skip


def event(
    name: str, browser: str | None, session: int, day: int, clock: str, params: dict | None = None, **more
) -> dict:
    """An event at a time of Moscow, in the table of its day in Yekaterinburg."""
    hour, minute = map(int, clock.split(":"))
    moment = datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=3)
    told = {"ga_session_id": session, "page_location": f"https://shop.ru/{name}", **(params or {})}
    return {
        "event_date": f"{moment + timedelta(hours=5):%Y%m%d}",
        "event_timestamp": int(moment.timestamp()) * 1_000_000 + 123_456,
        "event_name": name,
        "event_params": [
            {"key": key, "value": {"string_value" if isinstance(value, str) else "int_value": value}}
            for key, value in told.items()
        ],
        "user_pseudo_id": browser,
        "batch_event_index": 1,
        "device": {"category": "mobile"},
        "geo": {"city": "Казань"},
        **more,
    }


CPC = {
    "collected_traffic_source": {"manual_source": "yandex", "manual_medium": "cpc", "manual_campaign_name": "spring"}
}
OWN = {"collected_traffic_source": {"manual_source": "shop.ru", "manual_medium": "referral"}}
GOOGLE = {
    "collected_traffic_source": {"manual_source": "google", "manual_medium": "organic", "gclid": "abc"},
    "session_traffic_source_last_click": {"google_ads_campaign": {"campaign_id": "111", "campaign_name": "Бренд"}},
}
BEFORE = {
    "session_traffic_source_last_click": {
        "manual_campaign": {"source": "yandex", "medium": "cpc", "campaign_name": "spring"}
    }
}
ITEMS = [
    {"item_id": "7", "item_category": "чай", "price": 100.5, "quantity": 2}, {"item_id": "8", "item_category": "кофе", "price": 300.0, "quantity": None}
]  # fmt: skip
RUB = {"currency": "RUB", "session_engaged": "1"}
A1 = {"ecommerce": {"transaction_id": "A-1001", "purchase_revenue": 14990.5}, "items": ITEMS}
A = [
    event("page_view", "1.1", 100, 2, "12:00", {"page_location": "https://shop.ru/?utm_source=yandex", "page_title": "Чай"}, **CPC),
    event("page_view", "1.1", 100, 2, "12:05", RUB, **OWN),
    event("view_item", "1.1", 100, 2, "12:06", RUB, items=ITEMS),
    event("purchase", "1.1", 100, 2, "12:10", RUB, **A1), event("purchase", "1.1", 100, 2, "12:11", RUB, **A1),
]  # fmt: skip
B = [event("page_view", "2.2", 200, 2, "23:30", {"source": "google", "medium": "organic", "session_engaged": "0"})]
C = [
    event("page_view", "3.3", 300, 5, "10:00", {"session_engaged": 1}, **GOOGLE),
    event(
        "purchase",
        "3.3",
        300,
        5,
        "10:20",
        RUB,
        ecommerce={"transaction_id": "A-1002", "purchase_revenue": 5000.0},
        **GOOGLE,
    ),
]
D = [event("page_view", "4.4", 400, 5, "11:00"), event("generate_lead", "4.4", 400, 5, "11:01", {**RUB, "value": 700})]
E = [event("page_view", "1.1", 600, 6, "09:00", **BEFORE)]
X = [event("page_view", "9.9", 900, 5, "09:00", **CPC)]
WITHOUT_CONSENT = [event("page_view", None, 500, 5, "12:00"), event("page_view", None, 500, 5, "12:01")]

FILES = {  # below ga4/events/analytics_123
    "2026-03-05/events_20260302_000": A[:3], "2026-03-05/events_20260302_001": A[3:], "2026-03-05/events_20260303": B,
    "2026-03-06/events_20260305": C[:1] + X, "2026-03-06/events_intraday_20260306": E,
    "2026-03-08/events_20260305": C, "2026-03-08/events_20260305.jsonl": D + WITHOUT_CONSENT, "2026-03-08/events_20260306": E,
}  # fmt: skip
STATS = (
    "segments.date,customer.id,campaign.id,metrics.impressions,metrics.clicks,metrics.cost_micros,metrics.conversions"
)
CSV = {
    "google_ads/campaign_stats/1": f"{STATS},_loaded_at\n2026-03-05,77,111,900,20,1000000000,1.5,2026-03-07\n2026-03-05,77,222,500,5,500000000,0,2026-03-07\n"
    "2026-03-06,77,111,90,4,140000000,0,2026-03-07\n2026-03-06,77,111,90,4,150000000,0,2026-03-08\n",
    "google_ads/ad_stats/1": f"{STATS},ad_group_ad.ad.id,_loaded_at\n2026-03-05,77,111,500,12,600000000,1,31,2026-03-07\n"
    "2026-03-05,77,111,400,8,400000000,0.5,32,2026-03-07\n2026-03-06,77,111,40,2,100000000,0,31,2026-03-07\n",
    "google_ads/account_history/1": "customer.id,customer.currency_code,customer.time_zone\n77,RUB,Europe/Moscow\n",
    "google_ads/campaign_history/1": "id,customer_id,name\n111,77,Бренд\n222,77,Performance Max\n",
    "vk_ads/ad_plans/1": "id,name\n81,Осень\n",
    "vk_ads/ad_plan_statistics/1": "id,date,base,_loaded_at\n"
    '81,2026-03-04,"{""shows"":1000,""clicks"":10,""goals"":1,""spent"":""345.50""}",2026-03-05\n',
    "files/orders/1": "order_id,order_number,created_at,paid_at,status,amount\n1,A-1001,2026-03-02 12:10,2026-03-02 12:12,paid,14990.50\n"
    "2,A-1002,2026-03-05 10:20,2026-03-05 10:25,paid,5000\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """The warehouse of this company."""
    folder = tmp_path_factory.mktemp("ga4")
    for name, events in FILES.items():
        path = folder / "raw/ga4/events/analytics_123" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".jsonl":
            path.write_text("".join(json.dumps(one) + "\n" for one in events))
        else:
            pq.write_table(pa.Table.from_pylist(events, EXPORT), f"{path}.parquet")
    write_csv(folder / "raw", CSV)
    with built_of(folder, "ga4 google_ads vk_ads files", unit_tests=9) as connection:
        yield connection


def test_every_raw_row_is_accounted_for(warehouse):
    """Of the 16 events of GA4 one stands in two exports of its day, one left with the first export, and one was told by a table of the running day."""
    found = accounted(warehouse)
    assert found == [
        ("files", "orders", 2, 2, 0, 0, True), ("ga4", "events", 16, 13, 3, 0, True), ("google_ads", "account_history", 1, 1, 0, 0, True),
        ("google_ads", "ad_stats", 3, 3, 0, 0, True), ("google_ads", "campaign_history", 2, 2, 0, 0, True),
        ("google_ads", "campaign_stats", 4, 3, 1, 0, True), ("vk_ads", "ad_plan_statistics", 1, 1, 0, 0, True), ("vk_ads", "ad_plans", 1, 1, 0, 0, True),
    ]  # fmt: skip


def test_visits_are_of_the_days_of_the_business(warehouse):
    found = rows(warehouse, """
        select source_id, started_on::varchar, channel, campaign, page_views, duration_seconds, is_bounce, is_converted
        from (select *, split_part(session_id, ':', 2) as source_id from marts.fct_web_sessions) order by started_at
    """)  # fmt: skip
    assert found == [
        ("1.1.100", "2026-03-02", "yandex_direct", "yandex_direct:spring", 2, 660, False, True),
        ("2.2.200", "2026-03-02", "seo", "(none)", 1, 0, True, False),
        ("3.3.300", "2026-03-05", "google_ads", "google_ads:111", 1, 1200, False, True),
        ("4.4.400", "2026-03-05", "direct", "(none)", 1, 60, False, True),
        ("1.1.600", "2026-03-06", "yandex_direct", "yandex_direct:spring", 1, 0, True, False),
    ]


def test_without_consent_there_is_no_visit(warehouse):
    """Both page views count, in no visit and with no visitor, and the findings tell of them."""
    assert rows(
        warehouse, "select count(*), count(session_id), count(web_client_id) from intermediate.fct_page_views"
    ) == [(8, 6, 6)]
    found = rows(
        warehouse,
        "select subject, rows_affected from quality.findings where finding = 'event that names no visit, in none'",
    )
    assert found == [("ga4 123 without consent", 2)]


def test_products_of_events(warehouse):
    """2 at 100.50, and 300 of which no quantity is told; the same of the purchase stay in staging."""
    found = rows(warehouse, """
        select events.event_name, items.product_id, items.product_group, items.quantity, items.amount
        from staging.base_ga4__items as items inner join staging.base_ga4__events as events using (property_id, event_id)
        where events.event_name = 'view_item' order by 2
    """)  # fmt: skip
    assert found == [("view_item", "7", "чай", 2, 201), ("view_item", "8", "кофе", 1, 300)]
    found = rows(warehouse, "select event, count(*) from marts.fct_web_events group by event order by event")
    assert found == [("goal", 1), ("purchase", 2), ("view_item", 2)]


KPIS = {  # of March 2026, by hand
    ("visits", "all"): 5,
    ("visits", "yandex_direct"): 2,  # a and e
    ("visits", "seo"): 1,
    ("site_conversion_rate", "all"): 3 / 4,  # of four browsers 1.1 and 3.3 bought, and 4.4 left a request
    ("bounce_rate", "all"): 2 / 5,  # b and e
    ("page_views", "all"): 8,
    ("revenue", "yandex_direct"): 14_990.50,  # the order that the site called A-1001
    ("revenue", "google_ads"): 5_000,
    # ads of 111 for 600 + 400, 222 without ads for 500; on 6 March the campaign for 150, for its ads miss 50
    ("ad_spend", "google_ads"): 1_650,
    ("ad_spend", "all"): 1_650 + 345.50,
    ("cpc", "vk_ads"): 34.55,
    ("cpc", "google_ads"): 1_650 / 29,  # 12 + 8 + 5 + 4 clicks
    ("rpc", "google_ads"): 5_000 / 29,
}


def test_kpis_are_those_counted_by_hand(warehouse):
    found = {(kpi, member): value for kpi, member, value in rows(warehouse, """
        select kpi_id, dimension_key, value from marts.kpi_values
        where period_grain = 'month' and period_start = '2026-03-01' and dimension in ('all', 'channel')
    """)}  # fmt: skip
    assert {kpi: found.get(kpi) for kpi in KPIS} == pytest.approx(KPIS)


def test_ads_have_their_names_and_their_currency(warehouse):
    found = rows(
        warehouse,
        "select campaign_name, ad_id, currency, cost, clicks from marts.fct_ad_spend order by platform, event_date, cost",
    )
    assert found == [
        ("Бренд", "google_ads:32", "RUB", 400, 8), ("Performance Max", None, "RUB", 500, 5), ("Бренд", "google_ads:31", "RUB", 600, 12),
        ("Бренд", None, "RUB", 150, 4), ("Осень", None, "RUB", 345.50, 10),
    ]  # fmt: skip


def test_nights_know_a_system_that_comes_by_files_alone():
    """Nothing is loaded of it; the gate reads its moments, which are microseconds."""
    settings = Settings(sources="ga4 roistat bitrix24")
    assert settings.on == ("ga4", "roistat", "bitrix24") and settings.loaded == ()
    assert re.fullmatch(PATTERNS["timestamp"], "1772442000123456") and not re.fullmatch(
        PATTERNS["timestamp"], "177244200012345"
    )
