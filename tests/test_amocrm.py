"""amoCRM from its API to the KPIs: a company small enough to count by hand, loaded from a server on loopback and built with this source alone.

In March 2026, Moscow time. Deals 1 and 7 were made as deals; requests 2, 3 and 4 came unsorted.

| lead | what happened | what it is |
|---|---|---|
| 1 | made on 2, won on 10, 100 000 | deal, won |
| 2 | request of 3, taken on 4, lost on 20, 50 000, «Дорого» | lead converted on 4; deal made on 4, lost |
| 3 | request of 5, turned down on 6 | lead rejected on 6; no deal |
| 4 | request of 25, nobody took it | lead, new |
| 5 | in the bin | nothing |
| 6 | title «Тест» | rejected row |
| 7 | made on 12, won on 15, opened again on 16, 70 000 | deal, open |
"""

import sys
from datetime import UTC, datetime

import pytest

from tests.warehouse import PROJECT, built_of, rows

sys.path.insert(0, str(PROJECT / "tests"))


def at(day: int, hour: int = 10) -> int:
    """Unix seconds of an hour of Moscow in March 2026."""
    return int(datetime(2026, 3, day, hour - 3, tzinfo=UTC).timestamp())


def lead(number: int, day: int, status: int, price: int, closed: int | None = None, **more) -> dict:
    made = {"id": number, "name": f"Сделка {number}", "created_at": at(day), "updated_at": at(26), "closed_at": closed}
    return {
        **made,
        "pipeline_id": 1300,
        "status_id": status,
        "price": price,
        "responsible_user_id": 5,
        "is_deleted": False,
        **more,
    }


def move(number: int, day: int, before: int, after: int, hour: int = 10) -> dict:
    values = [[{"lead_status": {"id": status, "pipeline_id": 1300}}] for status in (before, after)]
    told = {"type": "lead_status_changed", "entity_type": "lead", "value_before": values[0], "value_after": values[1]}
    return {"id": f"e{number}-{day}-{after}", "entity_id": number, "created_at": at(day, hour), **told}


STATUSES = [
    (10, "Неразобранное", 1),
    (20, "Первичный контакт", 0),
    (30, "Переговоры", 0),
    (142, "Успешно", 0),
    (143, "Закрыто", 0),
]
UTM = [{"field_id": n, "field_code": code, "values": [{"value": word}]} for n, (code, word) in enumerate(
    [("UTM_SOURCE", "yandex"), ("UTM_MEDIUM", "cpc")])]  # fmt: skip
LOSS = {
    "loss_reason": [{"id": 3, "name": "Дорого"}],
    "contacts": [{"id": 8, "is_main": False}, {"id": 7, "is_main": True}],
}
LISTS = {
    "users": [{"id": 5, "name": "Олег", "_embedded": {"groups": [{"id": 1, "name": "Продажи"}]}}],
    "leads/pipelines": [{"id": 1300, "name": "Воронка", "_embedded": {"statuses": [
        {"id": status, "name": name, "type": kind, "sort": 10 * place} for place, (status, name, kind) in enumerate(STATUSES)
    ]}}],
    "leads": [
        lead(1, 2, 142, 100_000, at(10), custom_fields_values=UTM, _embedded={"contacts": [{"id": 7, "is_main": True}]}),
        lead(2, 3, 143, 50_000, at(20), _embedded=LOSS),
        lead(3, 5, 143, 0, at(6)), lead(4, 25, 10, 0), lead(6, 2, 20, 900, name="Тест"), lead(7, 12, 30, 70_000),
    ],
    "events": [
        move(1, 5, 20, 30), move(1, 10, 30, 142), move(2, 4, 10, 20), move(2, 20, 20, 143), move(3, 6, 10, 143),
        move(7, 15, 30, 142), move(7, 16, 142, 30),
    ],
    "contacts": [{"id": 7, "name": "Анна", "created_at": at(2), "updated_at": at(2), "custom_fields_values": [
        {"field_id": 9, "field_code": "PHONE", "values": [{"value": "+79160000001"}, {"value": "+79160000002"}]}]}],
    "tasks": [{"id": 1, "task_type_id": 2, "entity_type": "leads", "entity_id": 1, "responsible_user_id": 5, "created_at": at(3),
               "updated_at": at(4), "complete_till": at(4), "is_completed": True, "result": []}],
    "leads/notes": [{"id": 1, "note_type": "call_out", "entity_id": 2, "responsible_user_id": 5, "created_at": at(4, 9),
                     "updated_at": at(4, 9), "params": {"duration": 65, "call_status": 4, "phone": "+79160000001"}}],
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """The warehouse of this company, and its raw root."""
    from extract.servers import AmoCrm
    from extract.tools import QUICK

    from flows.extract import load

    folder = tmp_path_factory.mktemp("amocrm")
    with AmoCrm() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_AMOCRM_URL", server.url)
        patch.setenv("KPI_AMOCRM_TOKEN", server.token)
        server.lists, server.bin = LISTS, [lead(5, 2, 20, 1) | {"is_deleted": True}]
        load("amocrm", folder / "raw", now=datetime(2026, 3, 28, tzinfo=UTC), settings=QUICK)
    with built_of(folder, "amocrm", unit_tests=6) as connection:
        yield connection


def test_every_raw_row_is_accounted_for(warehouse):
    found = rows(warehouse, """
        select table_name, raw_rows, accepted_rows, rejected_rows, deleted_rows
        from marts.source_tie_out where raw_rows > 0 and source_name = 'amocrm' order by table_name
    """)  # fmt: skip
    assert found == [
        ("account", 1, 1, 0, 0), ("contacts", 1, 1, 0, 0), ("events", 7, 7, 0, 0), ("leads", 7, 5, 1, 1), ("notes", 1, 1, 0, 0),
        ("pipelines", 1, 1, 0, 0), ("tasks", 1, 1, 0, 0), ("users", 1, 1, 0, 0),
    ]  # fmt: skip


def test_deals_are_what_was_taken_on(warehouse):
    found = rows(warehouse, """
        select source_id, status, created_on::varchar, coalesce(won_on, lost_on)::varchar, amount_base, lost_reason, lead_id
        from marts.fct_deals order by source_id
    """)  # fmt: skip
    assert found == [
        ("1", "won", "2026-03-02", "2026-03-10", 100_000, None, None),
        ("2", "lost", "2026-03-04", "2026-03-20", 50_000, "Дорого", "amocrm:2"),
        ("7", "open", "2026-03-12", None, 70_000, None, None),
    ]
    assert rows(warehouse, "select channel, customer_key from marts.fct_deals where source_id in ('1', '2') order by source_id") == [
        ("yandex_direct", "c:amocrm:contact_7"), ("(unknown)", "c:amocrm:contact_7"),
    ]  # fmt: skip


def test_requests_are_leads(warehouse):
    found = rows(
        warehouse, "select source_id, converted_at::date::varchar, rejected_on::varchar from marts.fct_leads order by 1"
    )
    assert found == [("2", "2026-03-04", None), ("3", None, "2026-03-06"), ("4", None, None)]


def test_the_history_of_statuses(warehouse):
    """The deal that was won and opened again has both; a request that was turned down goes through stages of leads alone."""
    found = rows(warehouse, """
        select object, source_id, string_agg(stage_id, ' ' order by entered_at)
        from (select *, split_part(object_id, ':', 2) as source_id from marts.fct_stage_changes) group by all order by 1, 2
    """)  # fmt: skip
    assert found == [
        ("deal", "1", "20 30 142"), ("deal", "2", "20 143"), ("deal", "7", "30 142 30"),
        ("lead", "2", "10"), ("lead", "3", "10 143"), ("lead", "4", "10"),
    ]  # fmt: skip
    assert rows(warehouse, "select subject from quality.findings where finding like 'stage that no table%'") == []


KPIS = {  # of March 2026, by hand
    "leads_new": 3,  # requests 2, 3 and 4
    "leads_rejected": 1,  # 3
    "opportunities_new": 3,  # deals 1, 2 and 7
    "revenue": 100_000,  # deal 1
    "sales_count": 1,
    "win_rate": 0.5,  # 1 won, 2 lost
    "win_loss_ratio": 1,
    "lead_to_deal_conversion": 0,  # of three requests none is won
    "meetings_scheduled": 1,
    "calls_count": 1,
    "conversations_count": 1,  # 65 seconds
    "response_time_minutes": 480,  # request of 10:00 on 3 March, called at 9:00 on 4 March: 8 hours of work, 10 to 18
}


def test_kpis_are_those_counted_by_hand(warehouse):
    found = dict(rows(warehouse, """
        select kpi_id, value from marts.kpi_values
        where period_grain = 'month' and period_start = '2026-03-01' and dimension = 'all'
    """))  # fmt: skip
    assert {kpi: found.get(kpi) for kpi in KPIS} == KPIS
