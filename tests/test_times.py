"""Days beside moments, records entered late, ids used again, lines that add up: what happened when, with figures worked out by hand."""

import pytest

from tests.warehouse import build

FILES = {
    "leads/leads.csv": (
        "lead_id,created_at,rejected_at,converted_at,status_class,employee_id,phone\n"
        "L1,2026-01-12 10:00,2026-01-12,,rejected,E1,\n"  # rejected on the day it came: no time that could be told
        "L2,2026-01-12 10:00,2026-01-13,,rejected,E1,\n"  # until the evening of Monday the 12th: 480 working minutes
        "L3,2026-01-14 10:00,2026-01-13,,rejected,E1,\n"  # rejected a day before it was made
        "L4,12.01.2026 15:00,,12.01.2026 0:00:00,converted,E1,\n"  # a day as table programs write it
        "L5,2026-01-15 10:00:20,,,new,E1,+79990000005\n"
        "L6,2026-01-15 10:00:20,,,new,E1,+79990000006\n"
        "L7,2026-01-15 10:05:00,,,new,E1,+79990000007\n"
        "L8,2026-01-15 10:30:00,,,new,E1,+79990000008\n"
        "L9,2026-01-15 10:20:30,,,new,E1,+79990000009\n"
        "L10,2026-01-15 10:00,,,new,E1,\n"
    ),
    "calls/calls.csv": (
        "call_id,started_at,direction,is_answered,talk_seconds,employee_id,object,object_id,phone\n"
        "1,2026-01-15 10:00:00,in,true,60,E1,lead,L5,\n"  # made the lead
        "2,2026-01-15 10:00:00,in,false,0,E1,lead,L6,\n"  # made the lead, and was missed
        "3,2026-01-15 10:00:00,in,true,60,E1,,,+79990000007\n"  # known by its number only
        "4,2026-01-15 10:00:00,in,true,60,E1,,,+79990000008\n"  # over 29 minutes before
        "5,2026-01-15 10:00:00,in,true,1200,E1,lead,L9,\n"  # over half a minute before
        "6,2026-01-15,out,true,60,E1,lead,L10,\n"  # told as the day that the lead came
        "7,2026-01-17 10:00,out,true,60,E1,lead,L5,\n"
    ),
    "deals/deals.csv": (
        "deal_id,created_at,status,closed_at,amount,customer_id,utm_source,utm_medium,employee_id\n"
        "D1,2026-01-10 10:15,won,2026-01-10,100,,yandex,cpc,E1\n"
        "D2,2026-01-10,won,2026-01-20,100,,yandex,cpc,E1\n"
        "D3,2026-01-05 12:00,won,,100,,yandex,cpc,E1\n"
        "D4,2026-02-10 12:00,won,2026-01-15 12:00,100,,yandex,cpc,E1\n"
        "D5,2026-01-10 10:15,won,2026-01-10,100,C5,,,E1\n"
        "D6,2026-01-10 10:15,won,,100,,yandex,cpc,E1\n"
        "D7,2026-02-10 12:00,lost,2026-01-15,100,,yandex,cpc,E1\n"
    ),
    "stage_changes/history.csv": (
        "object,object_id,pipeline_id,stage_id,entered_at,status\ndeal,D6,,NEW,2026-01-10,open\ndeal,D6,,WON,2026-01-12,won\n"
    ),
    "stages/stages.csv": "object,pipeline_id,stage_id,position,status\ndeal,,NEW,1,open\ndeal,,WON,2,won\n",
    "customers/customers.csv": "customer_id,web_client_id\nC5,W5\nC6,W6\n",
    "web_sessions/visits.csv": (
        "session_id,web_client_id,started_at,utm_source,utm_medium\n"
        "V5,W5,2026-01-10 21:00,yandex,cpc\nV6,W6,2026-01-10 09:50,yandex,cpc\n"
    ),
    "orders/orders.csv": (
        "order_id,created_at,paid_at,status,amount,customer_id,utm_source,utm_medium\n"
        "O1,2026-01-10 10:15,2026-01-10,paid,70,,yandex,cpc\n"
        "O2,2026-01-10 10:15,2026-01-10,paid,70,C6,,\n"
        "O3,2026-02-10 10:15,2026-01-09 10:00,paid,70,,yandex,cpc\n"  # entered a month after it was paid
    ),
    "refunds/refunds.csv": "refund_id,order_id,refunded_at,amount\nR1,O1,2026-01-09,10\nR2,O1,2026-01-10,10\n",
    "contracts/contracts.csv": (
        "contract_id,customer_id,starts_on,ends_on,total_amount,cancelled_on\n"
        "K1,C5,2024-02-29,2026-02-27,2400,\nK2,C6,2026-01-10,2026-12-31,1200,2026-01-05\n"
    ),
    "contract_schedule/schedule.csv": "contract_id,year_no,amount\nK1,1,1000\nK1,2,1400\n",
    "activities/activities.csv": (
        "activity_id,kind,created_at,started_at,ended_at,status,employee_id\n"
        "1,call,2026-01-10 09:00,2026-01-10 10:00,2026-01-10,completed,E1\n"  # nobody knows how long it was
        "2,call,2026-01-10 09:00,2026-01-10 10:00,2026-01-10 10:05,completed,E1\n"
    ),
    "tasks/tasks.csv": (
        "task_id,created_at,started_at,done_at\nT1,2026-01-10 09:00,2026-01-12,2026-01-12\nT2,2026-01-10 09:00,2026-01-12,2026-01-14\n"
    ),
    "task_status_changes/history.csv": (
        "task_id,status,status_class,entered_at\nT1,work,active,2026-01-12\nT1,done,done,2026-01-12\n"
        "T2,work,active,2026-01-12\nT2,done,done,2026-01-14\n"
    ),
    # one id, two records: numbered anew each year; and one record whose customer was put right
    "orders/numbers_2025.csv": (
        "order_id,created_at,paid_at,status,amount,customer_id\n"
        "N1,2025-01-10,2025-01-10,paid,100,A\nN2,2025-02-10,2025-02-10,paid,100,A\nN3,2025-02-10 10:00,2025-02-10,paid,100,A\n"
    ),
    "orders/numbers_2026.csv": (
        "order_id,created_at,paid_at,status,amount,customer_id\n"
        "N1,2026-01-12,2026-01-12,paid,900,B\nN2,2025-02-10,2025-02-10,paid,100,B\nN3,2025-02-11,2025-02-11,paid,100,A\n"
    ),
    "refunds/numbers_2025.csv": "refund_id,order_id,refunded_at,amount\nN1,N1,2025-01-20,1\nN9,N1,2025-01-20,5\n",
    "refunds/numbers_2026.csv": "refund_id,order_id,refunded_at,amount\nN1,N2,2026-01-20,1\n",
    "order_lines/numbers.csv": "order_id,line_no,amount\nN1,1,900\n",
    "contracts/numbers_2025.csv": "contract_id,customer_id,starts_on,ends_on,total_amount\nN1,A,2025-01-01,2025-12-31,1\n",
    "contracts/numbers_2026.csv": "contract_id,customer_id,starts_on,ends_on,total_amount\nN1,B,2026-01-01,2026-12-31,1\n",
    "quotes/numbers_2025.csv": "quote_id,created_at,customer_id\nN1,2025-01-10,A\n",
    "quotes/numbers_2026.csv": "quote_id,created_at,customer_id\nN1,2025-01-12,B\n",
    # a ledger: lines of one file add up, whatever tells them apart; the file loaded later replaces the lines that it tells again
    "expenses/early.csv": (
        "month,category,kind,team,channel,amount,currency,loaded_at\n"
        "2026-01-01,advertising,direct_acquisition,,yandex_direct,310,,2026-02-01\n"
        "2026-01-01,advertising,direct_acquisition,,vk_ads,620,,2026-02-01\n"
        "2026-01-01,rent,other,,,100,,2026-02-01\n2026-01-01,rent,other,,,100,,2026-02-01\n"
        "2026-01-01,pay,other,North,,5,,2026-02-01\n2026-01-01,pay,other,,,6,,2026-02-01\n2026-01-01,pay,indirect_sales,,,7,,2026-02-01\n"
    ),
    "expenses/late.csv": (
        "month,category,kind,team,channel,amount,currency,loaded_at\n2026-01-01,pay,other,North,,8,,2026-02-02\n"
    ),
    "ad_spend/parts.csv": (
        "date,platform,campaign_id,clicks,cost,device\n2026-01-10,vk_ads,7,1,10,desktop\n2026-01-10,vk_ads,7,2,20.5,mobile\n"
    ),
    "forecasts/twice.csv": "as_of,period_start,employee_id,amount\n2026-01-01,2026-01-01,E1,1\n2026-01-01,2026-01-01,E1,2\n",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    root = tmp_path_factory.mktemp("raw")
    for name, text in FILES.items():
        path = root / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = {"KPI_RAW_ROOT": str(root), "KPI_AS_OF": "2026-03-01"}
    with build(tmp_path_factory.mktemp("built"), "--exclude-resource-type", "unit_test", **settings) as connection:
        yield connection


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            "select lead_id, event_date::varchar, handling_minutes from marts.lead_closings order by lead_id",
            [("files:L1", "2026-01-12", 0.0), ("files:L2", "2026-01-13", 480.0), ("files:L4", "2026-01-12", 0.0)],
            id="a lead is handled on the day of its rejection or conversion, not before it came",
        ),
        pytest.param(
            "select lead_id, response_seconds::double, contacts from marts.fct_leads where lead_id >= 'files:L5' or lead_id = 'files:L10' order by lead_id",
            [("files:L10", 0, 1), ("files:L5", 0, 2), ("files:L6", None, 0), ("files:L7", 0, 1), ("files:L8", None, 0), ("files:L9", 0, 1)],
            id="the answered call that a lead came from answers it at once",
        ),
        pytest.param(
            "select sale_id, round(cycle_days, 3)::double, sold_on::varchar, credit from marts.fct_sales"
            " join marts.deal_events using (deal_id)"
            " left join marts.fct_attribution using (sale_id) where event = 'won' and model = 'last_non_direct'"
            " and fct_attribution.channel = 'yandex_direct' order by sale_id",
            [
                ("deal:files:D1", 0, "2026-01-10", 1),
                ("deal:files:D2", 10, "2026-01-20", 1),
                ("deal:files:D3", None, "2026-01-05", 1),
                ("deal:files:D4", None, "2026-01-15", 1),
                ("deal:files:D5", 0, "2026-01-10", 1),
                ("deal:files:D6", 1.573, "2026-01-12", 1),  # from 10:15 on the 10th to the beginning of the 12th
            ],
            id="a deal is won on its day, after what happened on it, in no less than no time",
        ),
        pytest.param(
            "select round(value, 3), denominator from marts.kpi_values where kpi_id = 'deal_cycle_days' and period_grain = 'month'"
            " and period_start = '2026-01-01' and dimension = 'all'",
            [(2.893, 4)],  # (0 + 10 + 0 + 1.573) / 4
            id="a cycle that nobody knows is in no mean",
        ),
        pytest.param(
            "select sale_id, sold_on::varchar, credit from marts.fct_sales left join marts.fct_attribution using (sale_id)"
            " where sale_id like 'order:files:O%' and model = 'last_non_direct' and fct_attribution.channel = 'yandex_direct' order by sale_id",
            [("order:files:O1", "2026-01-10", 1), ("order:files:O2", "2026-01-10", 1), ("order:files:O3", "2026-01-09", 1)],
            id="an order is paid on its day, after the visits of that day",
        ),
        pytest.param(
            "select stage, round(stage_days, 3)::double from marts.stage_events where event = 'left' and deal_id = 'files:D6'",
            [("files::NEW", 1.573)],
            id="a stage told by days",
        ),
        pytest.param(
            "select event_id, talk_minutes from marts.activity_events where event_id like 'activity:%' order by 1",
            [("activity:files:1", 0.0), ("activity:files:2", 5.0)],
            id="a call whose end is told as a day lasts nobody knows how long",
        ),
        pytest.param(
            "select task_id, done_on::varchar, active_hours::double, flow_hours::double from marts.fct_tasks order by 1",
            [("files:T1", "2026-01-12", None, None), ("files:T2", "2026-01-14", 48, 48)],
            id="a task told by days",
        ),
        pytest.param(
            "select event_date::varchar, arr_variable::double from marts.contract_events where contract_id = 'files:K1' and arr_variable <> 0 order by 1, 2",
            [("2024-02-29", 1000), ("2025-03-01", -1000), ("2025-03-01", 1400), ("2026-02-28", -1400)],
            id="the second year of a contract from 29 February begins on 1 March",
        ),
        pytest.param(
            "select raw_file, raw_row, reason from quality.rejected_rows where reason like '%another record%' order by 1, 2",
            [
                (
                    f"files/{table}/numbers_2025.csv", 2,
                    f"source_system, source_account, {key}: another record, made on {day}, has the same id in row 2 of files/{table}/numbers_2026.csv",
                )
                for table, key, day in [
                    ("contracts", "contract_id", "2026-01-01"), ("orders", "order_id", "2026-01-12"),
                    ("quotes", "quote_id", "2025-01-12"), ("refunds", "refund_id", "2026-01-20"),
                ]
            ],
            id="one id with two records is told; a customer or a day put right is a version",
        ),
        pytest.param(
            "select refund_id from intermediate.refunds where order_id = 'files:N1'"
            " union all select finding || ': ' || subject from quality.findings where finding like '%earlier record%' order by 1",
            [
                ("line that may be of an earlier record under the same id: order_lines of files, such as of order_id N1",),
                ("part of an earlier record under the same id, not counted: refunds of files, such as of order_id N1",),
            ],
            id="what belonged to the earlier record of an id does not pass to the later one",
        ),
        pytest.param(
            "select channel, category, sum(amount_base)::double from intermediate.int_expenses_daily group by 1, 2 order by 1, 2",
            [("(unallocated)", "pay", 21), ("(unallocated)", "rent", 200), ("vk_ads", "advertising", 620), ("yandex_direct", "advertising", 310)],
            id="lines of expenses add up",
        ),
        pytest.param(
            "select campaign, clicks, cost::double from marts.fct_ad_spend", [("vk_ads:7", 3, 30.5)], id="parts of ad cost add up"
        ),
        pytest.param("select amount::double from intermediate.forecasts", [(2,)], id="a forecast told twice is a version"),
        pytest.param(
            "select finding, subject, rows_affected from quality.findings where finding like '%before%' or finding like '%closing%' order by 1, 2",
            [
                ("closing day that nobody tells", "won deals, such as deal files:D3", 1),
                ("contract called off before it began", "contracts, such as contract files:K2", 1),
                ("lost_at on a day before created_at", "deals, such as deal files:D7", 1),
                ("paid_at on a day before created_at", "orders, such as order files:O3", 1),
                ("refund on a day before its sale", "refunds, such as refund files:R1", 1),
                ("rejected_at on a day before created_at", "leads, such as lead files:L3", 1),
                ("won_at on a day before created_at", "deals, such as deal files:D4", 1),
            ],
            id="what ends before it begins, or nobody dates, is told",
        ),
    ],
)  # fmt: skip
def test_what_happened_when(warehouse, query, expected):
    assert warehouse.execute(query).fetchall() == expected
