"""Two CRMs in one warehouse, with the same people in both: one business stays on Bitrix24, the shop moves to amoCRM on 15 March 2026.

Both systems use the numbers 1 to 4 for their deals, contacts and users. Deal 3 of Bitrix24 was open at the move: it became lead 1 of amoCRM, with its
day of creation, and was deleted where it came from. What was closed stayed where it was closed.

| who | in Bitrix24 | in amoCRM |
|---|---|---|
| Anna | deal 1, won on 20 January, 100 000; deal 3, made on 1 March, moved | lead 1, won on 25 March, 50 000 |
| Boris | deal 2, lost on 10 February, 30 000 | lead 2, made on 16 March, won on 18, 20 000; lead 4, made on 18, lost on 30, 5 000 |
| Clara | deal 4 of the business that stays, made on 2 March, won on 20, 70 000 | |
| Dina | | lead 3, made on 17 March, open, 10 000 |
"""

import json
from datetime import UTC, datetime

import pytest

from tests.warehouse import built_of, rows, write_csv

LOADED = "2026-03-31T20:00:00Z"


def table(*found: dict) -> str:
    """Rows as CSV; what a row does not have is empty."""
    names = list(dict.fromkeys(name for row in found for name in row))
    cells = [[str(row.get(name, "")).replace('"', '""') for name in names] for row in found]
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in [names, *cells]) + "\n"


def day(text: str) -> str:
    return f"2026-{text}T10:00:00+03:00"


def deal(number: int, contact: int, made: str, stage: str, amount: int, closed: str = "") -> dict:
    semantic = {"WON": "S", "LOSE": "F"}.get(stage, "P")
    times = {"DATE_CREATE": day(made), "DATE_MODIFY": day(closed or made), "MOVED_TIME": day(closed or made)}
    what = {
        "CATEGORY_ID": 0,
        "STAGE_ID": stage,
        "STAGE_SEMANTIC_ID": semantic,
        "OPPORTUNITY": amount,
        "CURRENCY_ID": "RUB",
    }
    who = {"CONTACT_ID": contact, "ASSIGNED_BY_ID": 1, "CLOSED": "Y" if closed else "N"}
    return {
        "ID": number,
        "TITLE": f"Сделка {number}",
        **what,
        **who,
        **times,
        "CLOSEDATE": day(closed) if closed else "",
        "_loaded_at": LOADED,
    }


def lead(number: int, contact: int, made: str, status: int, price: int, closed: str = "") -> dict:
    times = {
        "created_at": seconds(made),
        "updated_at": seconds(closed or made),
        "closed_at": seconds(closed) if closed else "",
    }
    what = {
        "pipeline_id": 1300,
        "status_id": status,
        "price": price,
        "responsible_user_id": 1,
        "main_contact_id": contact,
    }
    return {"id": number, "name": f"Заказ {number}", **what, **times, "is_deleted": "false", "_loaded_at": LOADED}


def seconds(text: str) -> int:
    month, number = map(int, text.split("-"))
    return int(datetime(2026, month, number, 7, tzinfo=UTC).timestamp())


def move(number: int, made: str, status: int) -> dict:
    values = [json.dumps([{"lead_status": {"id": i, "pipeline_id": 1300}}]) for i in (20, status)]
    told = {"type": "lead_status_changed", "entity_type": "lead", "value_before": values[0], "value_after": values[1]}
    return {"id": f"e{number}", "entity_id": number, "created_at": seconds(made), **told, "_loaded_at": LOADED}


MAIL = {
    "Anna": "anna@mail.example",
    "Boris": "boris@mail.example",
    "Clara": "clara@mail.example",
    "Dina": "dina@mail.example",
}
STATUSES = [
    {"id": i, "name": name, "type": 0, "sort": i} for i, name in ((20, "В работе"), (142, "Успешно"), (143, "Закрыто"))
]
RAW = {
    "bitrix24/crm_deal/all": table(
        deal(1, 1, "01-10", "WON", 100_000, "01-20"),
        deal(2, 2, "02-01", "LOSE", 30_000, "02-10"),
        deal(3, 1, "03-01", "NEW", 50_000),
        deal(4, 3, "03-02", "WON", 70_000, "03-20"),
        {"ID": 3, "_deleted": "Y", "_loaded_at": "2026-03-31T20:30:00Z"},
    ),
    "bitrix24/crm_contact/all": table(*(
        {"ID": k + 1, "NAME": name, "EMAIL": MAIL[name], "DATE_CREATE": day("01-10"), "DATE_MODIFY": day("01-10"), "_loaded_at": LOADED}
        for k, name in enumerate(["Anna", "Boris", "Clara"])
    )),
    "bitrix24/crm_status/all": table(*(
        {"ID": k, "ENTITY_ID": "DEAL_STAGE", "STATUS_ID": stage, "NAME": stage, "SORT": 10 * k, "SEMANTICS": semantic, "CATEGORY_ID": 0,
         "_loaded_at": LOADED}
        for k, (stage, semantic) in enumerate([("NEW", ""), ("WON", "S"), ("LOSE", "F")])
    )),
    "bitrix24/user/all": table({"ID": 1, "ACTIVE": "Y", "NAME": "Олег", "LAST_NAME": "Орлов", "_loaded_at": LOADED}),
    "amocrm/leads/all": table(
        lead(1, 2, "03-01", 142, 50_000, "03-25"),
        lead(2, 1, "03-16", 142, 20_000, "03-18"),
        lead(3, 3, "03-17", 20, 10_000),
        lead(4, 1, "03-18", 143, 5_000, "03-30"),
    ),
    "amocrm/events/all": table(move(1, "03-25", 142), move(2, "03-18", 142), move(4, "03-30", 143)),
    "amocrm/contacts/all": table(*(
        {"id": k + 1, "name": name, "EMAIL": MAIL[name], "created_at": seconds("03-15"), "updated_at": seconds("03-15"), "_loaded_at": LOADED}
        for k, name in enumerate(["Boris", "Anna", "Dina"])
    )),
    "amocrm/pipelines/all": table({"id": 1300, "name": "Магазин", "_embedded": json.dumps({"statuses": STATUSES}), "_loaded_at": LOADED}),
    "amocrm/users/all": table({"id": 1, "name": "Инна", "_loaded_at": LOADED}),
    "amocrm/account/all": table({"id": 1, "currency": "RUB", "_loaded_at": LOADED}),
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two_crms")
    write_csv(folder / "raw", RAW)
    with built_of(folder, "bitrix24 amocrm", unit_tests=6) as connection:
        yield connection


def test_a_person_of_both_systems_is_one_customer(warehouse):
    """Anna bought twice, Boris and Clara once each; Dina has bought nothing yet."""
    found = rows(warehouse, """
        select sold_on::varchar, source_system, amount_base, customer_sale_no from marts.fct_sales order by sold_on
    """)  # fmt: skip
    assert found == [
        ("2026-01-20", "bitrix24", 100_000, 1),
        ("2026-03-18", "amocrm", 20_000, 1),
        ("2026-03-20", "bitrix24", 70_000, 1),
        ("2026-03-25", "amocrm", 50_000, 2),
    ]
    assert rows(warehouse, "select count(distinct customer_key) from marts.fct_deals") == [(4,)]


KPIS = {  # by month, by hand
    "2026-01-01": {"revenue": 100_000, "sales_count": 1, "new_customers": 1, "opportunities_new": 1, "deals_active": 0},
    "2026-02-01": {"revenue": 0, "win_rate": 0, "opportunities_new": 1, "deals_active": 0},
    "2026-03-01": {
        "revenue": 140_000,  # 70 000 + 50 000 + 20 000
        "sales_count": 3,
        "new_customers": 2,  # Boris and Clara; Anna bought in January
        "deals_won": 3,
        "deals_lost": 1,
        "win_rate": 0.75,
        "opportunities_new": 5,  # the moved one by its own day, deal 4, leads 2, 3 and 4
        "deals_active": 1,  # lead 3
    },
}


def test_totals_count_nothing_twice(warehouse):
    for month, expected in KPIS.items():
        found = dict(rows(warehouse, f"""
            select kpi_id, coalesce(value, 0)
            from (from marts.kpi_values union all by name select companion_id as kpi_id, * from marts.kpi_companions)
            where period_grain = 'month' and period_start = '{month}' and dimension = 'all'
        """))  # fmt: skip
        assert {kpi: found.get(kpi, 0) for kpi in expected} == expected


def test_each_system_has_its_own_part(warehouse):
    found = rows(warehouse, """
        select dimension_key, value from marts.kpi_values
        where kpi_id = 'revenue' and period_grain = 'month' and period_start = '2026-03-01' and dimension = 'source_system' order by 1
    """)  # fmt: skip
    assert found == [("amocrm", 70_000), ("bitrix24", 70_000)]
