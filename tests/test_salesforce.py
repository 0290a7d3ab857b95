"""Salesforce from its API to the KPIs: an organization small enough to count by hand, loaded from a server on loopback and built with this
source alone; and rows that a vendor publishes, through its staging.

In March 2026, Moscow time. Amounts are in roubles, but for opportunity 4; the organization counts in dollars.

| record | what happened | what it is |
|---|---|---|
| lead 1 | of 2, called on 3, converted on 4 into account 1, contact 1, opportunity 1 | lead converted on 4 |
| lead 2 | of 5, unqualified on 6 | lead rejected on 6 |
| lead 3 | of 25, nobody took it out of its queue | lead, new, without a manager |
| leads 4, 5 | in the bin; an id of fifteen signs | deleted row; rejected row |
| opportunity 1 | of 4, won on 10, 100 000, two lines | deal, won |
| opportunity 2 | of 6, lost on 20, 50 000, «Price», of a person account | deal, lost |
| opportunity 3 | of 12, won on 15, opened again on 16, 70 000 | deal, open |
| opportunity 4 | of 13, won on 18, 1 000 dollars | deal, won |
| opportunities 5, 6 | in the bin; named «Test» | deleted row; rejected row |
"""

import csv
import sys
from collections import Counter
from datetime import UTC, datetime

import duckdb
import pytest

from tests.real.originals import folder
from tests.warehouse import PROJECT, built_of, rows, run_dbt

sys.path.insert(0, str(PROJECT / "tests"))


def at(day: int, hour: int = 10, minute: int = 0) -> str:
    """A moment of Moscow in March 2026 as the API prints it."""
    return f"2026-03-{day:02d}T{hour - 3:02d}:{minute:02d}:00.000+0000"


def a(prefix: str, number: int) -> str:
    """An id of eighteen signs."""
    return f"{prefix}5g{number:010d}AAA"


ANNA, QUEUE = a("005", 1), a("00G", 1)


def record(prefix: str, number: int, day: int, changed: int = 26, **more) -> dict:
    made = {"Id": a(prefix, number), "CreatedDate": at(day), "SystemModstamp": at(changed), "IsDeleted": False}
    return {**made, **more}


def lead(number: int, day: int, status: str, **more) -> dict:
    told = {"Status": status, "OwnerId": ANNA, "LastModifiedDate": at(26), "IsConverted": False, "Email": None}
    return record("00Q", number, day, **told, **more)


def deal(number: int, day: int, stage: str, amount: float, close: str, moved: str, **more) -> dict:
    told = {
        "Name": f"Deal {number}",
        "StageName": stage,
        "Amount": amount,
        "CloseDate": close,
        "LastStageChangeDate": moved,
    }
    ends = {"IsClosed": stage.startswith("Closed"), "IsWon": stage == "Closed Won", "CurrencyIsoCode": "RUB"}
    return record(
        "006", number, day, **{**told, **ends, "AccountId": a("001", 1), "OwnerId": ANNA, "Probability": 60.0, **more}
    )


def copy(number: int, of: int, day: int, stage: str, hour: int = 10) -> dict:
    return {
        "Id": a("008", number),
        "OpportunityId": a("006", of),
        "StageName": stage,
        "CreatedDate": at(day, hour),
        "IsDeleted": False,
    }


def status(number: int, of: int, day: int, before: str, after: str) -> dict:
    told = {"Field": "Status", "OldValue": before, "NewValue": after, "CreatedDate": at(day), "IsDeleted": False}
    return {"Id": a("017", number), "LeadId": a("00Q", of), **told}


def task(number: int, day: int, **more) -> dict:
    told = {
        "OwnerId": ANNA,
        "IsClosed": True,
        "CompletedDateTime": at(day),
        "WhoId": a("003", 1),
        "AccountId": a("001", 1),
    }
    return record("00T", number, day, **{**told, "WhatId": a("006", 1), "TaskSubtype": "Task", **more})


CALL = {"TaskSubtype": "Call", "CallType": "Outbound"}
STAGES = [("Prospecting", 0, 0, 10), ("Negotiation", 0, 0, 60), ("Closed Won", 1, 1, 100), ("Closed Lost", 1, 0, 0)]
OBJECTS = {
    "User": [
        {"Id": ANNA, "Name": "Anna", "UserType": "Standard", "UserRoleId": a("00E", 1), "SystemModstamp": at(1)},
        {"Id": a("005", 2), "Name": "Platform", "UserType": "AutomatedProcess", "UserRoleId": None, "SystemModstamp": at(1)},
    ],
    "UserRole": [{"Id": a("00E", 1), "Name": "Sales"}],
    "OpportunityStage": [
        {"Id": a("01J", place), "ApiName": name, "MasterLabel": name, "SortOrder": place, "IsActive": True,
         "IsClosed": bool(closed), "IsWon": bool(won), "DefaultProbability": chance}
        for place, (name, closed, won, chance) in enumerate(STAGES, 1)
    ],
    "CurrencyType": [
        {"Id": a("01L", 1), "IsoCode": "USD", "ConversionRate": 1.0, "IsCorporate": True},
        {"Id": a("01L", 2), "IsoCode": "RUB", "ConversionRate": 80.0, "IsCorporate": False},
    ],
    "DatedConversionRate": [
        {"Id": a("04w", number), "IsoCode": code, "StartDate": start, "ConversionRate": rate}
        for number, (code, start, rate) in enumerate(
            [("USD", None, 1.0), ("RUB", None, 85.0), ("USD", "2026-03-01", 1.0), ("RUB", "2026-03-01", 90.0)], 1)
    ],
    "LeadStatus": [
        {"Id": a("01J", place), "ApiName": name, "MasterLabel": name, "SortOrder": place, "IsConverted": name == "Converted"}
        for place, name in enumerate(["New", "Working", "Unqualified", "Converted"], 11)
    ],
    "Account": [
        record("001", 1, 4, Name="Alfa", IsPersonAccount=False, Industry="Retail", BillingState="Москва"),
        record("001", 2, 4, Name="Bella", IsPersonAccount=True, PersonEmail="bella@b.ru"),
    ],
    "Contact": [
        record("003", 1, 4, Name="Carl", AccountId=a("001", 1), IsPersonAccount=False, Phone="+79160000001", Email="carl@alfa.ru"),
        record("003", 2, 4, Name="Bella", AccountId=a("001", 2), IsPersonAccount=True, Email="bella@b.ru"),
    ],
    "Lead": [
        lead(1, 2, "Converted", utm_source__c="google", utm_medium__c="cpc") | {
            "IsConverted": True, "ConvertedDate": "2026-03-04", "ConvertedAccountId": a("001", 1),
            "ConvertedContactId": a("003", 1), "ConvertedOpportunityId": a("006", 1), "Email": "carl@alfa.ru"},
        lead(2, 5, "Unqualified"), lead(3, 25, "New") | {"OwnerId": QUEUE}, lead(4, 7, "New") | {"IsDeleted": True},
        lead(5, 8, "New") | {"Id": "00Q5g0000000005"},
    ],
    "LeadHistory": [
        status(1, 1, 3, "New", "Working"), status(2, 1, 4, "Working", "Converted"), status(3, 2, 6, "New", "Unqualified"),
    ],
    "Opportunity": [
        deal(1, 4, "Closed Won", 100_000, "2026-03-10", at(10), CampaignId=a("701", 1), ContactId=a("003", 1)),
        deal(2, 6, "Closed Lost", 50_000, "2026-03-20", at(20), AccountId=a("001", 2), Loss_Reason__c="Price"),
        deal(3, 12, "Negotiation", 70_000, "2026-04-20", at(16)),
        deal(4, 13, "Closed Won", 1_000, "2026-03-18", at(18), CurrencyIsoCode="USD"),
        deal(5, 14, "Negotiation", 1, "2026-04-20", at(14), IsDeleted=True),
        deal(6, 14, "Negotiation", 1, "2026-04-20", at(14), Name="Test"),
    ],
    "OpportunityHistory": [
        copy(1, 1, 4, "Prospecting"), copy(2, 1, 5, "Prospecting"), copy(3, 1, 7, "Negotiation"), copy(4, 1, 10, "Closed Won"),
        copy(5, 2, 6, "Prospecting"), copy(6, 2, 20, "Closed Lost"),
        copy(7, 3, 12, "Negotiation"), copy(8, 3, 15, "Closed Won"), copy(9, 3, 16, "Negotiation"),
        copy(10, 4, 13, "Prospecting"), copy(11, 4, 18, "Closed Won"),
    ],
    "Product2": [record("01t", 1, 1, Name="Desk", Family="Desks"), record("01t", 2, 1, Name="Lamp", Family="Lamps")],
    "OpportunityLineItem": [
        record("00k", number, 4, OpportunityId=a("006", 1), Product2Id=a("01t", number), Quantity=2.0, TotalPrice=price,
               SortOrder=number, Name="Deal 1")
        for number, price in ((1, 60_000.0), (2, 40_000.0))
    ],
    "Campaign": [record("701", 1, 1, Name="Spring")],
    "CampaignMember": [record("00v", 1, 5, CampaignId=a("701", 1), LeadId=a("00Q", 2))],
    "Task": [
        task(1, 3, **CALL, CallDurationInSeconds=65) | {"CompletedDateTime": at(3, 9)},
        task(2, 9, **CALL, CallDurationInSeconds=None, CallDisposition="No Answer"),
        task(3, 9, **CALL, CallDurationInSeconds=30) | {"CallType": "Internal"},
        task(4, 9, **CALL) | {"IsClosed": False, "CompletedDateTime": None, "ActivityDate": "2026-04-05"},
        task(5, 9) | {"TaskSubtype": "Email"}, task(6, 9, IsRecurrence=True), task(7, 9, WhatId=a("006", 3)),
    ],
    "Event": [
        record("00U", number, 9, OwnerId=ANNA, WhatId=a("006", 1), AccountId=a("001", 1), IsChild=number == 2,
               StartDateTime=start, EndDateTime=start)
        for number, start in ((1, at(11)), (2, at(11)), (3, "2026-04-02T10:00:00.000+0000"))
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """The warehouse of this organization."""
    from extract.servers import Salesforce
    from extract.tools import QUICK

    from flows.extract import load

    folder = tmp_path_factory.mktemp("salesforce")
    with Salesforce() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_SALESFORCE_URL", server.url)
        patch.setenv("KPI_SALESFORCE_CLIENT_ID", "3MVG9app")
        patch.setenv("KPI_SALESFORCE_CLIENT_SECRET", server.secret)
        server.objects = OBJECTS
        load("salesforce", folder / "raw", now=datetime(2026, 3, 28, tzinfo=UTC), settings=QUICK)
    with built_of(folder, "salesforce", unit_tests=7) as connection:
        yield connection


def test_every_raw_row_is_accounted_for(warehouse):
    found = rows(warehouse, """
        select table_name, raw_rows, accepted_rows, rejected_rows, deleted_rows
        from marts.source_tie_out where raw_rows > 0 and source_name = 'salesforce' order by table_name
    """)  # fmt: skip
    assert found == [
        ("account", 2, 2, 0, 0), ("campaign", 1, 1, 0, 0), ("campaign_member", 1, 1, 0, 0), ("contact", 2, 2, 0, 0),
        ("currency_type", 2, 2, 0, 0), ("dated_conversion_rate", 4, 4, 0, 0), ("event", 3, 3, 0, 0), ("lead", 5, 3, 1, 1),
        ("lead_history", 3, 3, 0, 0), ("lead_status", 4, 4, 0, 0), ("opportunity", 6, 4, 1, 1), ("opportunity_history", 11, 11, 0, 0),
        ("opportunity_line_item", 2, 2, 0, 0), ("opportunity_stage", 4, 4, 0, 0), ("product_2", 2, 2, 0, 0), ("task", 7, 7, 0, 0),
        ("user", 2, 2, 0, 0), ("user_role", 1, 1, 0, 0),
    ]  # fmt: skip
    assert rows(warehouse, "select reason from quality.rejected_rows order by 1") == [
        ("lead_id: of fifteen signs, the whole id has eighteen",), ("title: a test record",)
    ]  # fmt: skip
    assert rows(warehouse, "select subject from quality.findings where finding like 'stage that no table%'") == []


def test_opportunities_are_deals(warehouse):
    """The first comes from lead 1, whose channel it has; its campaign is that of the opportunity."""
    found = rows(warehouse, """
        select source_id, status, created_on::varchar, coalesce(won_on, lost_on)::varchar, amount, currency, lost_reason, lead_id,
            customer_key
        from marts.fct_deals order by source_id
    """)  # fmt: skip
    of, alfa = (lambda number: a("006", number)), f"c:salesforce:{a('001', 1)}"
    assert found == [
        (of(1), "won", "2026-03-04", "2026-03-10", 100_000, "RUB", None, f"salesforce:{a('00Q', 1)}", alfa),
        (of(2), "lost", "2026-03-06", "2026-03-20", 50_000, "RUB", "Price", None, f"c:salesforce:{a('001', 2)}"),
        (of(3), "open", "2026-03-12", None, 70_000, "RUB", None, None, alfa),
        (of(4), "won", "2026-03-13", "2026-03-18", 1_000, "USD", None, None, alfa),
    ]


def test_leads_and_what_became_of_them(warehouse):
    found = rows(warehouse, """
        select right(source_id, 4), converted_at::varchar, rejected_on::varchar, employee_id, campaign from marts.fct_leads order by 1
    """)  # fmt: skip
    assert found == [
        ("1AAA", "2026-03-04 07:00:00", None, f"salesforce:{ANNA}", "(none)"),
        ("2AAA", None, "2026-03-06", f"salesforce:{ANNA}", "(unknown):Spring"), ("3AAA", None, None, None, "(none)"),
    ]  # fmt: skip


def test_the_history_of_stages(warehouse):
    """A copy after a change of the amount alone is no entry; what was won and opened again has both."""
    found = rows(warehouse, """
        select object, right(object_id, 4), string_agg(stage_id, ', ' order by entered_at) from marts.fct_stage_changes group by all order by 1, 2
    """)  # fmt: skip
    assert found == [
        ("deal", "1AAA", "Prospecting, Negotiation, Closed Won"), ("deal", "2AAA", "Prospecting, Closed Lost"),
        ("deal", "3AAA", "Negotiation, Closed Won, Negotiation"), ("deal", "4AAA", "Prospecting, Closed Won"),
        ("lead", "1AAA", "New, Working, Converted"), ("lead", "2AAA", "New, Unqualified"), ("lead", "3AAA", "New"),
    ]  # fmt: skip


KPIS = {  # of March 2026, by hand
    "leads_new": 3,  # leads 1, 2 and 3
    "leads_rejected": 1,  # 2
    "opportunities_new": 4,
    "revenue": 190_000,  # 100 000, and 1 000 dollars at 90
    "sales_count": 2,  # opportunities 1 and 4
    "win_rate": 2 / 3,  # 2 is lost
    "win_loss_ratio": 2,
    "lead_to_deal_conversion": 1 / 3,  # of three leads the first one's opportunity is won
    "meetings_scheduled": 2,  # events 1 and 3; 2 is a copy of somebody invited
    "calls_count": 2,  # tasks 1 and 2; 3 is between colleagues, 4 is planned
    "conversations_count": 1,  # 65 seconds
    "emails_count": 1,  # task 5
    "response_time_minutes": 480,  # lead of 10:00 on 2 March, called at 9:00 on 3 March: 8 hours of work, 10 to 18
}


def test_kpis_are_those_counted_by_hand(warehouse):
    found = dict(rows(warehouse, """
        select kpi_id, value from marts.kpi_values
        where period_grain = 'month' and period_start = '2026-03-01' and dimension = 'all'
    """))  # fmt: skip
    assert {kpi: found.get(kpi) for kpi in KPIS} == pytest.approx(KPIS, abs=1e-6)
    by_group = dict(rows(warehouse, """
        select dimension_value, value from marts.kpi_values
        where kpi_id = 'revenue' and period_grain = 'month' and period_start = '2026-03-01' and dimension = 'product_group'
    """))  # fmt: skip
    assert (by_group["Desks"], by_group["Lamps"]) == (60_000, 40_000)


# --- rows that a vendor publishes -------------------------------------------------------------------------------------

SAMPLES = folder() / "vendor_schema_samples" / "salesforce"
TABLES = (
    "lead",
    "opportunity",
    "opportunity_line_item",
    "product_2",
    "account",
    "contact",
    "user",
    "user_role",
    "task",
    "event",
)


def field(column: str) -> str:
    """The API's name of a field, of the vendor's: close_date is CloseDate, utm_source_c is utm_source__c."""
    if column.endswith("_c"):
        return f"{column[:-2]}__c"
    return "_loaded_at" if column == "_fivetran_synced" else "".join(part.title() for part in column.split("_"))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="public data not found (set KPI_REAL_DATA to its folder)")
def test_rows_of_a_vendor(tmp_path):
    """Every row is accepted or, where it was deleted there, deleted; sums and counts are those of the files."""
    samples = {}
    for table in TABLES:
        with open(SAMPLES / f"sf_{table}_data.csv", encoding="utf-8-sig", newline="") as stream:
            samples[table] = list(csv.DictReader(stream))
        path = tmp_path / "raw" / "salesforce" / table / "sample.csv"
        path.parent.mkdir(parents=True)
        with open(path, "w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(map(field, samples[table][0]))
            writer.writerows(row.values() for row in samples[table])
    settings = {"KPI_SOURCES": "salesforce", "KPI_RAW_ROOT": str(tmp_path / "raw"), "KPI_AS_OF": "2026-04-01"}
    done = run_dbt(tmp_path, "run", "-s", "path:systems/salesforce", **settings)
    assert done.returncode == 0, done.stdout[-3000:]

    def is_deleted(row: dict) -> bool:
        return row.get("is_deleted", "").lower() == "true"

    with duckdb.connect(str(tmp_path / "kpi.duckdb"), read_only=True) as built:
        for table, given in samples.items():
            found = dict(rows(built, f"select row_status, count(*) from staging.base_salesforce__{table} group by all"))
            assert found == Counter("deleted" if is_deleted(row) else "accepted" for row in given), table
        deals = rows(
            built, "select sum(amount)::double, count(*) filter (status = 'won') from staging.stg_salesforce__deals"
        )
        given = samples["opportunity"]
        assert deals == [
            (sum(float(row["amount"] or 0) for row in given), sum(row["is_won"] == "true" for row in given))
        ]
        lines = rows(
            built, "select sum(amount)::double, sum(quantity), count(*) from staging.stg_salesforce__deal_lines"
        )
        given = samples["opportunity_line_item"]
        sums = (sum(float(row[name] or 0) for row in given) for name in ("total_price", "quantity"))
        assert lines == [(*sums, len(given))]
        customers = rows(built, "select count(*), count(email) from staging.stg_salesforce__customers")
        cards = [row for table in ("account", "contact") for row in samples[table] if not is_deleted(row)]
        assert customers == [(len(cards), sum(bool(row.get("email")) for row in cards))]
        kinds = rows(built, "select kind, count(*) from staging.stg_salesforce__activities group by all")
        told = [row["type"] for row in samples["event"] if row["is_child"] != "TRUE"]
        tasks = {"task": len(samples["task"]), "call": told.count("Call"), "meeting": len(told) - told.count("Call")}
        assert dict(kinds) == tasks
