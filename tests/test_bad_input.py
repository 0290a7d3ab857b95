"""Bad input, each kind once: it is named with file and row, or stands in a visible bucket, and nothing else is lost."""

import shutil

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.warehouse import build, run_dbt

FILES = {
    "leads/leads.csv": (
        "lead_id,created_at,status_class,employee_id,utm_source,utm_medium\n"
        "L1,2026-01-05 10:00,new,E1,yandex,cpc\n"
        "L2,31.02.2025,new,E1,,\n"  # no such day
        "L3,,new,E1,,\n"  # a required value missing
        "L4,2026-01-06,new,E1,,,too,many\n"  # a broken line
        "L1,2026-01-05 11:00,new,E1,yandex,cpc\n"  # an id used twice
        "L5,2026-01-07,frozen,E404,,\n"  # an unknown word, an employee who does not exist
    ),
    "leads/no_date.csv": "lead_id,status_class\nL9,new\n",  # a required column missing
    "deals/deals.csv": (
        "deal_id;created_at;pipeline_id;stage_id;status;closed_at;amount;currency\n"
        "D1;05.01.2026;P;WON;won;20.01.2026;1 000,50;\n"
        "D2;05.01.2026;P;WON;won;20.01.2026;abc;\n"  # no number
        "D3;05.01.2026;P;NOWHERE;open;;10;\n"  # a stage that no table knows
        "D4;05.01.2026;P;WON;won;21.01.2026;70;XAU\n"  # a currency with no rate
        'D5;05.01.2026;P;"WON;won;21.01.2026;70;\n'  # a quote that never ends
        "D6;05.01.2026;P;WON;won;21.01.2026;0,50;\n"
    ),
    "stages/stages.csv": "object,pipeline_id,stage_id,name,position,status\ndeal,P,WON,Won,2,won\n",
    "orders/orders.csv": (
        "order_id,created_at,paid_at,status,amount\nO1,2026-01-08,2026-01-08,paid,100\nO2,2026-01-08,,new,50\n"
    ),
    "refunds/refunds.csv": (
        "refund_id,order_id,refunded_at,amount,currency\n"
        "B1,O2,2026-01-09,50,\n"  # never paid
        "B2,O1,2026-01-10,5,XAU\n"  # a currency with no rate
        "B3,O5,2025-10-20,30,\n"  # before the customer's first sale
    ),
    "orders/more.csv": (
        "order_id,created_at,paid_at,status,amount,customer_id\n"
        "O5,2025-11-05,2025-11-05,paid,80,C9\n"
        "O6,2025-11-05,1900-01-08,paid,5,C9\n"  # before the calendar
    ),
    # before the calendar, and service columns that cannot be read
    "leads/old.csv": "lead_id,created_at,loaded_at,is_deleted\nL6,1900-01-02,,\nL7,2026-01-05,garbage,\nL8,2026-01-05,,maybe\nnan,2026-01-05,,\n",
    "employees/old.csv": "employee_id,name,hired_on\nE1,Ann,1985-03-01\n",  # hired before the calendar: nothing wrong
    "employees/odd.csv": "employee_id,name,hired_on\nE7,Bob,soon\n",  # the day is left out, the employee stays
    # numbers that nothing can be added to; a chance in percent
    "deals/huge.csv": "deal_id;created_at;amount;probability\nD7;01.12.2025;9999999999999999.99;\nD8;01.12.2025;1;50\n",
    "ad_spend/huge.csv": "date,platform,campaign_id,impressions,cost\n2025-12-01,vk,1,9223372036854775807,10\n",
    "web_events/huge.csv": f"event_id,occurred_at,web_client_id,event,quantity\nV1,2025-12-01,W1,add_to_cart,{'9' * 400}\n",
    "contract_schedule/schedule.csv": (
        "contract_id,year_no,amount\n"
        "K2,1,120\n"
        "K2,7,5\n"  # after the contract's end
        "K2,1000000000,5\n"
        "K404,1,5\nK404,2,5\n"  # no such contract
    ),
    "deal_lines/lines.csv": "deal_id,line_no,product_id,quantity,amount\nD404,1,P1,1,5\n",  # no such deal
    "pipeline_runs/runs.csv": (
        "run_id,started_at,checks_run,checks_passed,kpis_present,kpis_catalogued\n"
        "R1,2025-12-01,10,11,5,5\n"
        "R2,2025-12-01,10,10,6,5\n"
    ),
    "contracts/gold.csv": (
        "contract_id,customer_id,starts_on,ends_on,total_amount,currency\nK4,C4,2026-01-01,2026-12-31,1,XAU\n"
    ),
    "expenses/gold.csv": "month,category,kind,amount,currency\n2026-01-01,rent,other,1,XAU\n",
    "competitor_prices/gold.csv": "product_id,competitor,observed_on,price,currency\nP1,Rival,2026-01-05,1,XAU\n",
    "forecasts/gold.csv": "as_of,period_start,employee_id,amount,currency\n2026-01-01,2026-01-01,E1,1,XAU\n",
    "order_lines/lines.csv": "order_id,line_no,product_id,quantity,amount\nO1,1,P1,-1,40\nO1,2,P2,1,60\nO404,1,P1,1,5\n",
    "survey_responses/nps.csv": "response_id,survey,answered_at,score\nS1,nps,2026-01-09,11\nS2,nps,2026-01-09,10\n",
    "contracts/contracts.csv": (
        "contract_id,customer_id,product_id,starts_on,ends_on,total_amount\n"
        "K1,C1,P1,2026-01-01,2025-01-01,120\n"
        "K2,C1,P1,2026-01-01,2026-12-31,120\n"
        "K3,C1,P1,2026-01-15,2026-12-31,120\n"
    ),
    "time_entries/time.csv": "entry_id,employee_id,date,category,minutes\nT1,E1,2026-01-09,selling,1800\nT2,E1,2026-01-09,selling,60\n",
    "sprints/sprints.csv": "sprint_id,name,starts_on,ends_on\nR1,One,,\nR2,Two,2026-01-05,2026-01-16\n",
    # two shops that number their orders and customers alike
    "orders/two_shops.csv": (
        "source_system,order_id,created_at,paid_at,status,amount,customer_id\n"
        "ozon,1,2025-12-08,2025-12-08,paid,200,C1\n"
        "wb,1,2025-12-09,2025-12-09,paid,100,C1\n"
        "wb,2,2025-12-10,2025-12-10,paid,50,C1\n"
    ),
    "customers/two_shops.csv": "source_system,customer_id,region\nozon,C1,North\nwb,C1,South\n",
    "order_lines/two_shops.csv": "source_system,order_id,line_no,product_id,quantity,amount\nozon,1,1,P1,1,200\nwb,1,1,P1,1,100\n",
    "refunds/two_shops.csv": "source_system,refund_id,order_id,refunded_at,amount\nozon,1,1,2025-12-20,30\nwb,1,1,2025-12-21,20\n",
    # two portals with a deal 7 each, and a shop whose orders name deals
    "deals/two_portals.csv": (
        "source_system,source_account,deal_id,created_at,status,closed_at,amount,customer_id\n"
        "crm,msk,7,2025-12-01,won,2025-12-05,1000,\n"
        "crm,spb,7,2025-12-02,won,2025-12-06,300,\n"
        "crm,spb,9,2025-12-03,won,2025-12-07,40,\n"
    ),
    "deal_lines/two_portals.csv": (
        "source_system,source_account,deal_id,line_no,product_id,quantity,amount\n"
        "crm,msk,7,1,P1,1,1000\n"
        "crm,spb,7,1,P2,1,300\n"
    ),
    "orders/of_a_portal.csv": (
        "source_system,order_id,created_at,paid_at,status,amount,deal_id\n"
        "wb,3,2025-12-07,2025-12-07,paid,40,9\n"  # deal 9 is of one portal alone, so this is the same sale
        "wb,4,2025-12-07,2025-12-07,paid,25,7\n"  # whose deal 7 is not known: a sale of its own
    ),
    "reviews/reviews.csv": "source_system,review_id,created_at,rating,customer_id\notzovik,V1,2026-01-09,5,C1\n",
    "working_calendar/calendar.csv": (
        "date,is_working_day,opens_at,closes_at\n"
        "2026-01-12,true,9:00 AM,\n"
        "2026-01-13,true,10:00,16.00\n"
        "2026-01-14,true,9:30,16:00:00\n"
    ),
    "targets/targets.csv": "period_start,period_grain,kpi_id,value\n2026-01-01,month,happiness,5\n2026-01-05,week,revenue,7\n",
}


@pytest.fixture(scope="module")
def raw_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("raw") / "сырые данные"
    for name, text in FILES.items():
        path = root / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("cp1251" if "deals" in name else "utf-8"))
    (root / "files/leads/not_parquet.parquet").write_bytes(b"PK\x03\x04 a spreadsheet")
    whole = pa.table({"order_id": ["O7"], "created_at": ["2026-01-08"]})
    pq.write_table(whole, root / "files/orders/cut.parquet")
    (root / "files/orders/cut.parquet").write_bytes((root / "files/orders/cut.parquet").read_bytes()[:-40])
    (root / "files/lead").mkdir()
    (root / "files/lead/typo.csv").write_text("lead_id,created_at\nL99,2026-01-05\n", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def warehouse(raw_root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    settings = {"KPI_RAW_ROOT": str(raw_root), "KPI_AS_OF": "2026-02-01"}
    with build(folder, "--exclude-resource-type", "unit_test", **settings) as connection:
        yield connection


def rejected(warehouse, table):
    return {
        (file.rsplit("/", 1)[-1], row): reason
        for file, row, reason in warehouse.execute(
            "select raw_file, raw_row, reason from quality.rejected_rows where table_name = ?", [table]
        ).fetchall()
    }


def test_rejected_leads_are_named(warehouse):
    found = rejected(warehouse, "leads")
    assert "31.02.2025" in found["leads.csv", 3]
    assert found["leads.csv", 4] == "created_at: required, but empty"
    assert ("leads.csv", 5) in found
    assert found["leads.csv", 2].startswith("source_system, source_account, lead_id: used again in row 6")
    assert found["no_date.csv", 2] == "created_at: required, but empty"
    assert ("not_parquet.parquet", None) in found
    assert found["old.csv", 2] == "created_at: before 1990-01-01"
    assert found["old.csv", 3] == "loaded_at: 'garbage' cannot be read as timestamp"
    assert found["old.csv", 4] == "is_deleted: 'maybe' cannot be read as boolean"
    assert found["old.csv", 5] == "lead_id: required, but empty"
    assert len(found) == 10


def test_rejected_deals_are_named_and_the_rest_is_read(warehouse):
    found = rejected(warehouse, "deals")
    assert "abc" in found["deals.csv", 3]
    assert found["huge.csv", 2] == "amount: '9999999999999999.99' cannot be read as money"
    assert ("deals.csv", 6) in found and len(found) == 3
    assert warehouse.execute(
        "select source_id from marts.fct_deals where source_system = 'files' order by 1"
    ).fetchall() == [
        ("D1",),
        ("D3",),
        ("D4",),
        ("D6",),
        ("D8",),
    ]


@pytest.mark.parametrize(
    ("table", "place", "reason"),
    [
        ("order_lines", ("lines.csv", 2), "quantity: negative"),
        ("survey_responses", ("nps.csv", 2), "score: outside the scale"),
        ("contracts", ("contracts.csv", 2), "ends_on: before starts_on"),
        ("time_entries", ("time.csv", 2), "minutes: more than a day has"),
        ("sprints", ("sprints.csv", 2), "starts_on: required, but empty"),
        ("working_calendar", ("calendar.csv", 2), "opens_at: no time of day"),
        ("working_calendar", ("calendar.csv", 3), "closes_at: no time of day"),
        ("orders", ("cut.parquet", None), ""),
        ("orders", ("more.csv", 3), "paid_at: before 1990-01-01"),
        ("ad_spend", ("huge.csv", 2), "impressions: '9223372036854775807' cannot be read as integer"),
        ("web_events", ("huge.csv", 2), "cannot be read as number"),
        ("contract_schedule", ("schedule.csv", 4), "year_no: outside 1 to 100"),
        ("pipeline_runs", ("runs.csv", 2), "checks_passed: more than checks_run"),
        ("pipeline_runs", ("runs.csv", 3), "kpis_present: more than kpis_catalogued"),
    ],
)
def test_other_rejections_are_named(warehouse, table, place, reason):
    assert reason in rejected(warehouse, table)[place]


@pytest.mark.parametrize(
    ("finding", "subject"),
    [
        ("unknown value", "leads.status_class = frozen"),
        ("unknown value", "targets.kpi_id = happiness"),
        ("employee who does not exist", "employee files:E404"),
        ("stage that no table knows", "deal stage files:P:NOWHERE"),
        ("currency with no rate", "sale in XAU"),
        ("currency with no rate", "contract in XAU"),
        ("currency with no rate", "expense in XAU"),
        ("currency with no rate", "competitor price in XAU"),
        ("currency with no rate", "forecast in XAU"),
        ("refund of an order that was not paid", "order files:O2"),
        ("currency with no rate", "refund in XAU"),
        ("unknown value", "targets.period_grain = week"),
        ("lines of an order that is not known", "order_lines, such as of order files:O404"),
        ("lines of a deal that is not known", "deal_lines, such as of deal files:D404"),
        ("schedule of a contract that is not known", "contract_schedule, such as of contract files:K404"),
        ("year outside its contract", "contract files:K2, year 7"),
        (
            "id of several systems",
            "files/reviews.customer_id, such as C1: no customer of otzovik has it, and several others do",
        ),
        ("value that was left out", "files/employees: hired_on: no valid date"),
        ("contracts that overlap", "contracts files:K2 and files:K3"),
    ],
)
def test_oddities_are_kept_and_shown(warehouse, finding, subject):
    assert warehouse.execute(
        "select count(*) from quality.findings where finding = ? and subject = ?", [finding, subject]
    ).fetchone() == (1,)


def test_figures_of_the_good_rows_stand(warehouse):
    figures = dict(
        warehouse.execute(
            "select kpi_id, value from marts.kpi_values"
            " where period_grain = 'month' and period_start = date '2026-01-01' and dimension = 'all'"
        ).fetchall()
    )
    # leads L1 and L5; deals D1 and D6, D4 without its money; order O1
    assert figures["leads_new"] == 2
    assert figures["sales_count"] == 4
    assert figures["revenue"] == 1000.50 + 0.50 + 100
    assert figures["nps"] == 100


def test_ids_of_two_systems_do_not_meet(warehouse):
    """The same id in two shops is two orders, two customers and two refunds, each with what is its own."""
    found = warehouse.execute(
        "select sale_id, event, region, customer_key, cast(sum(revenue) as double) from marts.sales_events"
        " where source_system in ('ozon', 'wb') group by all order by all"
    ).fetchall()
    assert found == [
        ("order:ozon:1", "refund", "North", "c:ozon:C1", -30.0),
        ("order:ozon:1", "sale", "North", "c:ozon:C1", 200.0),
        ("order:wb:1", "refund", "South", "c:wb:C1", -20.0),
        ("order:wb:1", "sale", "South", "c:wb:C1", 100.0),
        ("order:wb:2", "sale", "South", "c:wb:C1", 50.0),
        ("order:wb:4", "sale", "(unknown)", "o:wb:4", 25.0),
    ]


def test_two_portals_and_what_names_their_deals(warehouse):
    """Each portal's deal 7 has its own lines; the order that names deal 9 is that deal, the one that may mean either deal 7 is its own sale."""
    found = warehouse.execute(
        "select sale_id, product, cast(sum(revenue) as double) from marts.sales_events"
        " where sale_id like 'deal:crm/%' or sale_id in ('order:wb:3', 'order:wb:4') group by all order by all"
    ).fetchall()
    assert found == [
        ("deal:crm/msk:7", "crm/msk:P1", 1000.0),
        ("deal:crm/spb:7", "crm/spb:P2", 300.0),
        ("deal:crm/spb:9", "(not itemised)", 40.0),
        ("order:wb:4", "(not itemised)", 25.0),
    ]


def test_a_refund_before_the_first_sale_is_in_its_cohort(warehouse):
    """80 sold in November, 30 given back in October: the cohort of November brought 50."""
    assert warehouse.execute(
        "select months_since, cast(revenue as double) from marts.retention_cohorts"
        " where cohort_month = date '2025-11-01' and months_since <= 1 order by 1"
    ).fetchall() == [(0, 50.0), (1, 0.0)]


def test_totals_tie_out(warehouse):
    rows = warehouse.execute(
        "select raw_rows, accepted_rows + superseded_rows + deleted_rows + not_yet_known_rows + rejected_rows, is_tied_out"
        " from marts.source_tie_out"
    ).fetchall()
    assert rows and all(raw == told and tied for raw, told, tied in rows)


def test_a_changed_warehouse_is_told_without_its_values(warehouse, raw_root, tmp_path):
    """A failed test is named with its number of rows; what is wrong in a seed is a finding, whose value no log quotes."""
    (path,) = warehouse.execute("select path from duckdb_databases() where database_name = 'kpi'").fetchone()
    shutil.copy(path, tmp_path / "kpi.duckdb")
    with duckdb.connect(str(tmp_path / "kpi.duckdb")) as changed:
        changed.execute(
            "insert into marts.retention_cohorts select * from marts.retention_cohorts"
            " where cohort_month = date '2025-11-01' and months_since = 0"
        )
        changed.execute("insert into reference.exchange_rates values ('2025-01-01', 'EUR', 0)")
        changed.execute("insert into reference.working_calendar values ('2025-01-01', true, '9', null)")
    settings = {"KPI_RAW_ROOT": str(raw_root), "KPI_AS_OF": "2026-02-01"}
    test = "keys_of_marts"
    done = run_dbt(tmp_path, "build", "-s", "int_rate_findings", "int_time_findings", "findings", test, **settings)
    assert done.returncode != 0
    assert test in done.stdout and "Got 1 result" in done.stdout
    assert "to look at: rate that is not positive: 1 rows in 1 findings, see quality.findings" in done.stdout
    assert "EUR on 2025-01-01" not in done.stdout
    with duckdb.connect(str(tmp_path / "kpi.duckdb"), read_only=True) as changed:
        found = {subject for (subject,) in changed.execute("select subject from quality.findings").fetchall()}
    assert {"EUR on 2025-01-01", "working_calendar.opens_at = 9"} <= found


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"KPI_RAW_ROOT": "/nowhere/raw"}, ["/nowhere/raw", "KPI_RAW_ROOT"]),
        ({"KPI_RAW_ROOT": __file__}, [__file__, "KPI_RAW_ROOT"]),
        ({"KPI_AS_OF": "2026-02-30"}, ["KPI_AS_OF", "2026-02-30"]),
        ({"KPI_AS_OF": "yesterday"}, ["KPI_AS_OF", "yesterday"]),
        ({"KPI_AS_OF": "9999-12-31"}, ["KPI_AS_OF", "9999-12-31"]),
        ({"KPI_TIMEZONE": "Mars/Phobos"}, ["KPI_TIMEZONE", "Mars/Phobos"]),
        ({"KPI_TIMEZONE": "it's"}, ["KPI_TIMEZONE", "it's"]),
        ({"KPI_WAREHOUSE": f"{__file__}/kpi.duckdb"}, ["KPI_WAREHOUSE", __file__]),
    ],
)
def test_wrong_settings_are_said_plainly(tmp_path, settings, words):
    (tmp_path / "raw").mkdir()
    done = run_dbt(tmp_path, "run", "-s", "dim_date", **{"KPI_RAW_ROOT": str(tmp_path / "raw")} | settings)
    assert done.returncode != 0
    assert all(word in done.stdout for word in words), done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_warehouse_that_is_held_is_said_plainly(tmp_path):
    """A BI tool that reads the build's own file keeps it from being written; the message says so, in a few lines."""
    path = tmp_path / "not there yet" / "kpi.duckdb"
    (tmp_path / "raw").mkdir()
    settings = {"KPI_WAREHOUSE": str(path), "KPI_RAW_ROOT": str(tmp_path / "raw")}
    assert run_dbt(tmp_path, "seed", "-s", "seed_report_signs", **settings).returncode == 0
    with duckdb.connect(str(path), read_only=True):
        done = run_dbt(tmp_path, "seed", "-s", "seed_report_signs", **settings)
    assert done.returncode != 0 and "KPI_WAREHOUSE" in done.stdout and str(path) in done.stdout
    assert "close what has it open" in done.stdout and "Traceback" not in done.stdout + done.stderr
    path.write_text("no database")
    done = run_dbt(tmp_path, "seed", "-s", "seed_report_signs", **settings)
    assert done.returncode != 0 and "it must be a DuckDB file" in done.stdout


def test_an_as_of_date_before_the_data_is_said(raw_root, tmp_path):
    settings = {"KPI_RAW_ROOT": str(raw_root), "KPI_AS_OF": "2001-01-01"}
    done = run_dbt(tmp_path, "build", "--exclude-resource-type", "unit_test", **settings)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "as-of date before the data" in done.stdout
