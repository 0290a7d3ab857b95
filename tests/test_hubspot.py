"""HubSpot from its API to the KPIs: a company small enough to count by hand, loaded twice from a server on loopback and built with this source alone.

In March 2026, Moscow time; the account is in roubles, and a dollar is worth 90. What stood there on 13 March, and what on 28 March:

| contact | what happened | what it is |
|---|---|---|
| 7 | a lead on 2, of a click in Yandex; an opportunity on 4; 11 was merged into it | lead converted on 4 |
| 8 | a lead on 3, qualified on 5, unqualified on 6 | lead rejected on 6 |
| 9 | a lead on 25, nobody called | lead, new |
| 10 | came as a customer | no lead |
| 11 | a lead on 2, merged into 7 | a part of 7 |

| deal | what happened | what it is |
|---|---|---|
| 1 | of 7, made on 4, won on 10, 100 000 | deal, won |
| 2 | of 10, made on 5, lost on 20, 500 dollars, "Price" | deal, lost, 45 000 |
| 3 | title "Test" | rejected row |
| 4 | archived | deleted |
| 5 | of 12, the same as 6, merged into it | a part of 6 |
| 6 | made on 12 in the pipeline of renewals, moved to the first one on 14, 70 000, expected on 15 April | deal, open |
| 7 | -5 | rejected row |
| 8 | entered on 15 as won on 1, 10 000 | deal, won on 1 |
"""

import sys
from datetime import UTC, datetime

import pytest

from tests.warehouse import PROJECT, built_of, rows

sys.path.insert(0, str(PROJECT / "tests"))


def at(day: int, hour: int = 10, minute: int = 0) -> str:
    """A moment of Moscow in March 2026, as HubSpot tells it."""
    return (
        datetime(2026, 3, day, hour - 3, minute, tzinfo=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def record(number: int, made: str, links=None, history=None, updated: str | None = None, **properties) -> dict:
    """A record; `history` is of each property the values with their moments, the newest first."""
    told = {
        name: [{"value": value, "timestamp": moment, "sourceType": "CRM_UI"} for value, moment in values]
        for name, values in (history or {}).items()
    }
    return {
        **{"id": str(number), "updatedAt": updated or made, "history": told, "links": links or {}},
        "properties": {"createdate": made, "hs_createdate": made, "hubspot_owner_id": "5", **properties},
    }


def of(contacts: str = "", companies: str = "", deals: str = "") -> dict:
    told = {"contacts": contacts, "companies": companies, "deals": deals}
    return {kind: [(one, "") for one in ids.split()] for kind, ids in told.items() if ids}


def stage(name: str, chance: str, place: int) -> dict:
    meta = {"isClosed": str(chance in ("1.0", "0.0")).lower(), "probability": chance}
    return {"id": name, "label": name.title(), "displayOrder": place, "metadata": meta}


PIPELINES = [
    {"id": "default", "label": "Sales", "stages": [
        stage("new", "0.2", 0), stage("offer", "0.6", 1), stage("closedwon", "1.0", 2), stage("closedlost", "0.0", 3)]},
    {"id": "renewals", "label": "Renewals", "stages": [stage("901", "0.5", 0), stage("902", "1.0", 1)]},
]  # fmt: skip
CLICK = {
    "hs_analytics_source": "PAID_SEARCH",
    "hs_analytics_first_url": "https://shop.ru/?utm_source=yandex&utm_medium=cpc",
}
BEFORE = {
    "contacts": [
        record(7, at(2), history={"lifecyclestage": [("opportunity", at(4)), ("lead", at(2))]}, lifecyclestage="opportunity",
               firstname="Anna", phone="+79160000001", **CLICK),
        record(11, at(2), history={"lifecyclestage": [("lead", at(2))]}, lifecyclestage="lead", firstname="Ann"),
        record(8, at(3), history={"lifecyclestage": [("salesqualifiedlead", at(5)), ("lead", at(3))],
                                  "hs_lead_status": [("UNQUALIFIED", at(6)), ("OPEN", at(4)), ("NEW", at(3))]},
               lifecyclestage="salesqualifiedlead", hs_lead_status="UNQUALIFIED", state="Уфа"),
        record(10, at(1), history={"lifecyclestage": [("customer", at(1))]}, lifecyclestage="customer", links=of(companies="20")),
    ],
    "companies": [record(20, at(1), name="Alpha", industry="Trade")],
    "deals": [
        record(1, at(4), of("7"), {"dealstage": [("closedwon", at(10)), ("offer", at(5)), ("new", at(4))]}, dealname="Deal 1",
               pipeline="default", dealstage="closedwon", amount="100000.00", closedate=at(10), hs_deal_stage_probability="1.0"),
        record(2, at(5), of("10", "20"), {"dealstage": [("new", at(5))]}, dealname="Deal 2", pipeline="default", dealstage="new",
               amount="500", deal_currency_code="USD", closedate=at(31), hs_deal_stage_probability="0.2"),
        record(3, at(5), dealname="Test", pipeline="default", dealstage="new"),
        record(4, at(6), dealname="Deal 4", pipeline="default", dealstage="new", amount="1"),
        record(5, at(12), of("10"), {"dealstage": [("901", at(12))]}, dealname="Deal 6", pipeline="renewals", dealstage="901", amount="70000"),
        record(6, at(12), of("10"), {"dealstage": [("901", at(12))]}, dealname="Deal 6", pipeline="renewals", dealstage="901", amount="70000"),
        record(7, at(12), dealname="Deal 7", pipeline="default", dealstage="new", amount="-5"),
    ],
    "calls": [
        record(1, at(4, 9), of("8"), hs_timestamp=at(4, 9), hs_call_direction="OUTBOUND", hs_call_duration="65000", hs_call_status="COMPLETED",
               hs_call_disposition="f240bbac-87c9-4f6e-bf70-924b57d47db7", hs_call_to_number="+79160000008"),
        record(2, at(5, 9), of("10", "20"), hs_timestamp=at(5, 9), hs_call_direction="INBOUND", hs_call_duration="0",
               hs_call_status="NO_ANSWER"),
    ],
    "meetings": [record(1, at(4), of("7", deals="1"), hs_timestamp=at(5), hs_meeting_start_time=at(5), hs_meeting_end_time=at(5, 11),
                        hs_meeting_outcome="COMPLETED")],
    "emails": [record(1, at(2, 11), of("11"), hs_timestamp=at(2, 11), hs_email_direction="EMAIL", hs_email_status="SENT")],
    "tasks": [record(1, at(6), of("8"), hs_timestamp=at(20), hs_task_type="CALL", hs_task_status="NOT_STARTED")],
}  # fmt: skip
LATER = at(27)
AFTER = {
    "contacts": [
        {**BEFORE["contacts"][0], "updatedAt": LATER, "properties": BEFORE["contacts"][0]["properties"] | {"hs_merged_object_ids": "11"}},
        *BEFORE["contacts"][2:],
        record(9, at(25), history={"lifecyclestage": [("lead", at(25))]}, lifecyclestage="lead"),
    ],
    "deals": [
        BEFORE["deals"][0],
        record(2, at(5), of("10", "20"), {"dealstage": [("closedlost", at(20)), ("new", at(5))]}, LATER, dealname="Deal 2", pipeline="default",
               dealstage="closedlost", amount="500", deal_currency_code="USD", closedate=at(20), closed_lost_reason="Price"),
        BEFORE["deals"][2],
        {**BEFORE["deals"][3], "archived": True},
        record(6, at(12), of("10"), {"dealstage": [("offer", at(14)), ("901", at(12))]}, LATER, dealname="Deal 6", pipeline="default",
               dealstage="offer", amount="70000", closedate="2026-04-15T09:00:00Z", hs_deal_stage_probability="0.6", hs_merged_object_ids="5"),
        BEFORE["deals"][6],
        record(8, at(15), of("10"), {"dealstage": [("closedwon", at(15))]}, dealname="Deal 8", pipeline="default", dealstage="closedwon",
               amount="10000", closedate=at(1), hs_deal_stage_probability="1.0"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """The warehouse of this company."""
    from extract.servers import HubSpot
    from extract.tools import QUICK

    from flows.extract import load

    folder = tmp_path_factory.mktemp("hubspot")
    with HubSpot() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_HUBSPOT_URL", server.url)
        patch.setenv("KPI_HUBSPOT_TOKEN", server.token)
        server.lists |= {
            "owners": [
                {"id": "5", "firstName": "Oleg", "lastName": "Orlov", "teams": [{"name": "Sales", "primary": True}]}
            ],
            "pipelines/deals": PIPELINES,
            "settings/v3/currencies/exchange-rates": [
                {
                    "id": "1",
                    "fromCurrencyCode": "USD",
                    "toCurrencyCode": "RUB",
                    "conversionRate": 90,
                    "effectiveAt": at(1),
                }
            ],
        }
        server.options = {"hs_lead_status": [{"value": "UNQUALIFIED", "label": "Unqualified"}]}
        server.objects = BEFORE
        load("hubspot", folder / "raw", now=datetime(2026, 3, 13, tzinfo=UTC), settings=QUICK)
        server.objects = {**BEFORE, **AFTER}
        load("hubspot", folder / "raw", now=datetime(2026, 3, 28, tzinfo=UTC), settings=QUICK)
    with built_of(folder, "hubspot", unit_tests=13) as connection:
        yield connection


def test_every_raw_row_is_accounted_for(warehouse):
    found = rows(warehouse, """
        select table_name, sum(raw_rows), sum(accepted_rows), sum(superseded_rows), sum(rejected_rows), sum(deleted_rows)
        from marts.source_tie_out where raw_rows > 0 and source_name = 'hubspot' group by table_name order by table_name
    """)  # fmt: skip
    assert found == [
        ("account", 2, 1, 1, 0, 0), ("companies", 1, 1, 0, 0, 0), ("contacts", 6, 5, 1, 0, 0), ("deals", 11, 5, 3, 2, 1),
        ("engagements", 5, 5, 0, 0, 0), ("exchange_rates", 2, 1, 1, 0, 0), ("owners", 2, 1, 1, 0, 0), ("pipelines", 4, 2, 2, 0, 0),
        ("properties", 4, 2, 2, 0, 0), ("property_history", 23, 19, 4, 0, 0),
    ]  # fmt: skip
    reasons = rows(warehouse, "select reason from quality.rejected_rows order by raw_row")
    assert reasons == [("title: a test record",), ("amount: negative, a return is given as a refund",)]
    merged = rows(warehouse, "select row_status, row_remark from staging.stg_hubspot__deals where deal_id = '5'")
    assert merged == [("superseded", "merged into 6")]


def test_deals_are_closed_on_their_day_of_closing(warehouse):
    """A deal of a contact that was a lead then came from that lead; what was merged counts once; dollars are counted in roubles."""
    found = rows(warehouse, """
        select source_id, status, created_on::varchar, coalesce(won_on, lost_on)::varchar, amount_base, lost_reason, lead_id, channel
        from marts.fct_deals order by source_id
    """)  # fmt: skip
    assert found == [
        ("1", "won", "2026-03-04", "2026-03-10", 100_000, None, "hubspot:7", "yandex_direct"),
        ("2", "lost", "2026-03-05", "2026-03-20", 45_000, "Price", None, "(unknown)"),
        ("6", "open", "2026-03-12", None, 70_000, None, None, "(unknown)"),
        ("8", "won", "2026-03-01", "2026-03-01", 10_000, None, None, "(unknown)"),
    ]
    expected = "select expected_close_on::varchar, probability from intermediate.deals where deal_id = 'hubspot:6'"
    assert rows(warehouse, expected) == [("2026-04-15", 0.6)]


def test_contacts_that_were_leads(warehouse):
    found = rows(warehouse, """
        select source_id, created_on::varchar, qualified_on::varchar, converted_at::date::varchar, rejected_on::varchar, reject_reason, region
        from marts.fct_leads order by 1
    """)  # fmt: skip
    assert found == [
        ("7", "2026-03-02", "2026-03-04", "2026-03-04", None, None, "(unknown)"),
        ("8", "2026-03-03", "2026-03-05", None, "2026-03-06", "Unqualified", "Башкортостан"),
        ("9", "2026-03-25", None, None, None, None, "(unknown)"),
    ]


def test_the_history_of_stages(warehouse):
    """The deal that moved to another pipeline has a stage of each; a closed one ends on its day of closing."""
    found = rows(warehouse, """
        select object, split_part(object_id, ':', 2), string_agg(stage_id || ' ' || day(entered_at), ', ' order by entered_at)
        from marts.fct_stage_changes group by all order by 1, 2
    """)  # fmt: skip
    assert found == [
        ("deal", "1", "new 4, offer 5, closedwon 10"), ("deal", "2", "new 5, closedlost 20"), ("deal", "6", "901 12, offer 14"),
        ("deal", "8", "closedwon 1"), ("lead", "7", "lead 2, opportunity 4"), ("lead", "8", "lead 3, salesqualifiedlead 5, UNQUALIFIED 6"),
        ("lead", "9", "lead 25"),
    ]  # fmt: skip
    assert rows(warehouse, "select subject from quality.findings where finding like 'stage that no table%'") == []


def test_what_was_done_belongs_to_whom_it_was_done_for(warehouse):
    """The letter to the contact that was merged is one to the lead that is left; an arranged call is no call."""
    found = rows(warehouse, """
        select activity_key, kind, is_completed, split_part(coalesce(lead_id, deal_id), ':', 2), talk_seconds
        from marts.fct_activities order by activity_key
    """)  # fmt: skip
    assert found == [
        ("activity:hubspot:emails_1", "email", True, "7", None), ("activity:hubspot:meetings_1", "meeting", True, "1", None),
        ("activity:hubspot:tasks_1", "call", False, "8", None), ("call:hubspot:1", "call", True, "8", 65), ("call:hubspot:2", "call", False, None, 0),
    ]  # fmt: skip
    employees = rows(warehouse, "select employee_name, team from marts.dim_employees")
    assert employees == [("Oleg Orlov", "Sales")]


KPIS = {  # of March 2026, by hand
    "leads_new": 3,  # 7, 8 and 9; 10 came as a customer, 11 is a part of 7
    "leads_qualified": 2,  # 8 on 5, 7 by its conversion
    "leads_rejected": 1,  # 8
    "lead_to_deal_conversion": 1 / 3,  # 7, by deal 1
    "opportunities_new": 4,  # deals 1, 2, 6 and 8
    "revenue": 110_000,  # deals 1 and 8
    "sales_count": 2,
    "aov": 55_000,
    "win_rate": 2 / 3,  # 1 and 8 won, 2 lost
    "win_loss_ratio": 2,
    "deals_active": 1,  # 6
    "meetings_scheduled": 1,
    "emails_count": 1,
    "calls_count": 2,
    "conversations_count": 1,  # 65 seconds
    "response_time_minutes": 270,  # 7: 60, a letter at 11:00; 8: 480, of 10:00 on 3, called at 9:00 on 4; of 9 nobody has answered
}


def test_kpis_are_those_counted_by_hand(warehouse):
    found = dict(rows(warehouse, """
        select kpi_id, value from marts.kpi_values
        where period_grain = 'month' and period_start = '2026-03-01' and dimension = 'all'
    """))  # fmt: skip
    assert {kpi: found.get(kpi) for kpi in KPIS} == pytest.approx(KPIS)
