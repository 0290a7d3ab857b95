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

import duckdb
import pytest

from tests.warehouse import PROJECT, build, run_dbt

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
        server.options = {"lifecyclestage": [{"value": "lead", "label": "Lead"}]}
        server.objects = BEFORE
        load("hubspot", folder / "raw", now=datetime(2026, 3, 13, tzinfo=UTC), settings=QUICK)
        server.objects = {**BEFORE, **AFTER}
        load("hubspot", folder / "raw", now=datetime(2026, 3, 28, tzinfo=UTC), settings=QUICK)
    settings = {"KPI_SOURCES": "hubspot", "KPI_RAW_ROOT": str(folder / "raw"), "KPI_AS_OF": "2026-04-01"}
    build(folder, project=PROJECT, **settings).close()
    proof = run_dbt(folder, "test", "-s", "path:systems/hubspot", project=PROJECT, **settings)  # what proves the code
    assert proof.returncode == 0, proof.stdout[-3000:]
    with duckdb.connect(str(folder / "kpi.duckdb"), read_only=True) as connection:
        yield connection


def rows(warehouse, query: str) -> list[tuple]:
    return warehouse.execute(query).fetchall()


def test_every_raw_row_is_accounted_for(warehouse):
    found = rows(warehouse, """
        select table_name, raw_rows, accepted_rows, superseded_rows, rejected_rows, deleted_rows
        from marts.source_tie_out where raw_rows > 0 and source_name = 'hubspot' order by table_name
    """)  # fmt: skip
    print(found)
    assert found == []
