"""The benchmark: the company at any scale, what is measured, and the questions to others."""

import os
import sys
from datetime import date, datetime

import duckdb
import pytest

from bench import measure, results, scale
from bench.peers.questions import QUESTIONS, comparable
from bench.usage import Failed, Usage, measured
from raw_views.contacts import phones_in
from tests.warehouse import PROJECT, build

DEMO = PROJECT / "demo" / "raw"
slow = pytest.mark.skipif(not os.environ.get("KPI_SLOW"), reason="takes minutes: set KPI_SLOW=1")


def told_apart(rule, value, k):
    sql = f"select {scale.copy_of('value', rule)} from (select ? as value, cast(? as bigint) as k, 'PHONE' as code)"
    return duckdb.execute(sql, [value, k]).fetchone()[0]


@pytest.mark.parametrize(
    ("rule", "value", "copy_3"),
    [
        ("id", "107", "90003107"),
        ("id", "K-00992", "K-90003992"),
        ("id", "11.0", "9000311.0"),  # as a table program writes it
        ("id", "['12930','12931']", "['9000312930','9000312931']"),
        ("id", "0", "0"),
        ("id", "", ""),
        (
            "owners",
            '[{"OWNER_ID":"701","OWNER_TYPE_ID":"2"},{"OWNER_ID":"8"}]',
            '[{"OWNER_ID":"90003701","OWNER_TYPE_ID":"2"},{"OWNER_ID":"900038"}]',
        ),
        ("visit", "4810000000000173290", "4810000300000173290"),
        ("hit", "[8200000000000195449,8700000000000000013]", "[8200003000000195449,8700003000000000013]"),
        ("browser", "1715299200240000320", "1715299200243000320"),
        ("browser", "1715299200930000224", "1715299200703000224"),
        ("browser", "0", "0"),
        ("phone", "89690000452", "89690300452"),
        ("phone", "+7 (934) 000-27-96", "+7 (934) 030-27-96"),
        ("phone", "8 947 000 5944", "8 947 030 5944"),
        ("phone", "79015000672", "79015300672"),
        ("phone", '["+7 (812) 551-08-08", "89310002750"]', '["+7 (812) 581-08-08", "89310302750"]'),
        ("phone", "+7 (000) 000-00-00", "+7 (000) 000-00-00"),  # of nobody
        ("email", "zaharov.992@mail.example", "zaharov.992.c3@mail.example"),
        ("email", "no@no.no", "no@no.no"),  # of nobody
        ("property", "89690000452", "89690300452"),
        ("text", "vk-77120", "vk-77120-3"),
    ],
)
def test_a_copy_has_a_value_of_its_own(rule, value, copy_3):
    assert told_apart(rule, value, 3) == copy_3
    assert told_apart(rule, value, 0) == value


def test_a_phone_is_one_number_in_all_spellings_and_another_one_in_every_copy():
    spellings = ["+7 (969) 000-04-52", "89690000452", "+79690000452", "8 969 000 0452"]
    others = ["79005000672", "79015000672", "+7 (812) 551-08-08", "74950008704", "78000000452", "79020021234"]
    found = set()
    for k in (0, 1, 50, 99, 100, 133, 199):
        numbers = {phones_in(told_apart("phone", phone, k), "RU")[0] for phone in spellings}
        assert len(numbers) == 1, k
        numbers |= {phones_in(told_apart("phone", phone, k), "RU")[0] for phone in others}
        assert len(numbers - found) == 1 + len(others), k
        found |= numbers


@pytest.fixture(scope="module")
def part(tmp_path_factory):
    """Some tables of the demo company."""
    folder = tmp_path_factory.mktemp("part")
    for table in (
        "bitrix24/crm_lead",
        "bitrix24/crm_contact",
        "bitrix24/crm_currency",
        "bitrix_shop/sale_property_value",
        "files/ad_spend",
        "files/email_campaigns",
        "files/expenses",
        "files/targets",
        "yandex_direct/campaign_performance",
        "yandex_metrica/visits",
        "yandex_metrica/hits",
    ):
        (folder / table).mkdir(parents=True)
        for path in (DEMO / table).iterdir():
            if not path.stem.startswith("20") or path.stem in ("2024-07", "2025") or path.suffix == ".csv":
                (folder / table / path.name).symlink_to(path)
    return folder


@pytest.fixture(scope="module")
def three(part, tmp_path_factory):
    folder = tmp_path_factory.mktemp("three")
    scale.make(3, folder, part)
    return folder


def one(root, sql):
    """A query over a raw root; {a/b} is the table b of the source a."""
    with duckdb.connect() as connection:
        for folder in root.glob("*/*"):
            files = f"read_parquet('{folder}/*.parquet', union_by_name = true, filename = true)"
            sql = sql.replace(f"{{{folder.relative_to(root)}}}", files)
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("table", ["bitrix24/crm_lead", "yandex_metrica/visits", "yandex_direct/campaign_performance"])
def test_every_row_comes_once_for_each_copy_in_the_same_files(part, three, table):
    count = f"select parse_filename(filename), count(*) from {{{table}}} group by 1 order by 1"
    assert one(three, count) == [(name, 3 * rows) for name, rows in one(part, count)]


@pytest.mark.parametrize(
    "pairs",
    [
        "{bitrix24/crm_lead} a join {bitrix24/crm_contact} b on a.CONTACT_ID = b.ID",
        "{bitrix24/crm_lead} a join {bitrix24/crm_contact} b on a.EMAIL = b.EMAIL and a.EMAIL <> ''",
        "{yandex_metrica/visits} a join {yandex_metrica/hits} b on b.\"ym:pv:watchID\" = trim(split_part(a.\"ym:s:watchIDs\", ',', 1), '[]')",
        "{bitrix24/crm_contact} a join {yandex_metrica/visits} b on a.UF_CRM_YM_CLIENT_ID = nullif(b.\"ym:s:clientID\", '')",
        "{bitrix24/crm_contact} a join {bitrix_shop/sale_property_value} b on a.UF_CRM_YM_CLIENT_ID = b.value",
    ],
)
def test_joins_hold_within_a_copy_and_nowhere_else(part, three, pairs):
    before = one(part, f"select count(*) from {pairs}")[0][0]
    assert before > 0 and one(three, f"select count(*) from {pairs}")[0][0] == 3 * before


def test_what_copies_share_is_there_once_and_sums_of_it_grow(part, three):
    assert one(three, "select * exclude (filename) from {bitrix24/crm_currency}") == one(
        part, "select * exclude (filename) from {bitrix24/crm_currency}"
    )
    mailings = "select count(*), sum(cast(sent as bigint)) from {files/email_campaigns}"
    (rows, sent), (rows_of_three, sent_of_three) = one(part, mailings)[0], one(three, mailings)[0]
    assert (rows_of_three, sent_of_three) == (rows, 3 * sent)


def lines(path, encoding):
    return path.read_bytes().decode(encoding).split("\r\n")


def test_text_files_keep_their_form(part, three):
    spend, more = (lines(root / "files/ad_spend/all.csv", "cp1251") for root in (part, three))
    # the header, the last records and the broken lines below them stand there once
    assert more[0] == spend[0] and len(more) - len(spend) == 2 * sum(
        line.endswith("Z") and line.count(";") == 14 for line in spend
    )
    assert [sum(f";{account};" in line for line in more) for account in ("vk-77120-1", "vk-77120-2")] == [
        sum(line.endswith("Z") and line.count(";") == 14 for line in spend)
    ] * 2
    plans, larger = (lines(root / "files/targets/all.csv", "utf-8") for root in (part, three))
    value = plans[0].split(";").index("value")
    assert plans[1].split(";")[value] == "610\u202f000" and larger[1].split(";")[value] == "1\u202f830\u202f000"
    assert len(plans) == len(larger)
    costs, thrice = (lines(root / "files/expenses/2024.csv", "cp866") for root in (part, three))
    record = next(line for line in costs if line.startswith("2024-01"))
    assert thrice.count(record) == 3 * costs.count(record) and thrice[:6] == costs[:6]


@pytest.mark.parametrize(
    ("printed", "times_13"), [("713,000", "9,269,000"), ("1 250 000", "16 250 000"), ("1,000.50", "13,006.50")]
)
def test_a_printed_number_is_multiplied(printed, times_13):
    assert scale._times(printed, 13) == times_13


def test_the_same_scale_gives_the_same_bytes_and_the_first_copy_is_the_company_itself(part, three, tmp_path):
    again, same = tmp_path / "again", tmp_path / "same"
    scale.make(3, again, part)
    scale.make(1, same, part)
    for path in sorted(three.glob("*/*/*")):
        assert path.read_bytes() == (again / path.relative_to(three)).read_bytes(), path
    rows = "select * exclude (filename) from {yandex_metrica/visits}"
    assert one(same, rows) == one(part, rows)


def test_a_scale_beyond_what_can_be_told_apart_is_refused(tmp_path):
    with pytest.raises(ValueError, match="from 1 to 200, not 201"):
        scale.make(201, tmp_path)


def test_days_are_kept_back_for_nights(part, tmp_path):
    measure.keep_back(part, tmp_path / "root", tmp_path / "later", date(2026, 6, 28))
    assert sorted(folder.name for folder in (tmp_path / "later").iterdir())[:3] == [
        "2026-06-29",
        "2026-06-30",
        "2026-07-01",
    ]
    count = "select count(*) from {bitrix24/crm_contact}"
    days = [folder for folder in (tmp_path / "later").iterdir() if (folder / "bitrix24/crm_contact").is_dir()]
    new = sum(one(folder, count)[0][0] for folder in days)
    assert new > 0 and one(tmp_path / "root", count)[0][0] + new == one(part, count)[0][0]
    assert one(tmp_path / "root", "select max(_loaded_at) from {bitrix24/crm_contact}")[0][0] < "2026-06-29"
    # a table without newer rows is as it was
    visits = "select count(*) from {yandex_metrica/visits} where parse_filename(filename) = '2024-07.parquet'"
    assert one(tmp_path / "root", visits) == one(part, visits)


def test_nights_are_of_days_that_the_raw_gate_lets_through(tmp_path, monkeypatch):
    calls = []

    def stand_in(command, *_):
        calls.append(command[-1])
        return Usage(1.0, 1.0, 1)

    monkeypatch.setattr(measure, "keep_back", lambda *_: None)
    monkeypatch.setattr(measure, "measured", stand_in)
    scale_of_one = measure.Scale(1, tmp_path)
    scale_of_one.nights(3)
    assert calls == ["2026-06-26", "2026-06-27", "2026-06-28", "2026-06-29"]
    # the gate stops a night whose load has none of a value that each load before had; so had the night after these
    ads = "select left(_loaded_at, 10), count(nullif(\"ym:s:lastUTMContent\", '')) > 0 from {yandex_metrica/visits}"
    told = dict(one(DEMO, f"{ads} group by 1"))
    assert all(told[day] for day in calls) and not told["2026-06-30"]


def test_a_command_is_measured_with_all_that_it_starts(tmp_path):
    child = "x = b'x' * 300_000_000; import time; time.sleep(0.5); sum(range(10_000_000))"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    usage = measured([sys.executable, "-c", parent], dict(os.environ), tmp_path, tmp_path / "log")
    assert usage.peak > 300_000_000 and usage.cpu > 0.1 and usage.wall > 0.5
    with pytest.raises(Failed, match="(?s)ended with 3.*no such thing"):
        measured(
            [sys.executable, "-c", "print('no such thing'); exit(3)"], dict(os.environ), tmp_path, tmp_path / "log"
        )


# --- others ---------------------------------------------------------------------------------------------------------------

AT = datetime(2026, 5, 1, 10)
# By hand: of sale s1 the visit of 20 April, for the later one was direct; of s2, with only a direct touch, that one; the touch of s3 is
# a second older than 90 days, that of s4 is not.  A cart bought after 72 hours to the second is bought in time, one bought a second later is not.
TABLES = {
    "visits": [("started_on date, channel text"), (date(2026, 5, 1), "seo"), (date(2026, 5, 1), "seo")],
    "leads": [("created_on date, channel text"), (date(2026, 5, 1), "seo")],
    "spend": [("event_date date, channel text, cost_base decimal(18, 2)"), (date(2026, 5, 1), "vk_ads", 120.5)],
    "sale_lines": [
        ("event_date date, event text, channel text, known_customer_key text, revenue decimal(18, 2)"),
        (date(2026, 5, 1), "sale", "seo", "c1", 100),
        (date(2026, 7, 3), "sale", "seo", "c1", 50),
        (date(2026, 7, 4), "refund", "seo", "c1", -20),
        (date(2026, 7, 4), "sale", "seo", None, 7),
    ],
    "sales": [
        ("sale_id text, record text, decided_at timestamp"),
        ("s1", "d:1", AT),
        ("s2", "d:2", AT),
        ("s3", "d:3", AT),
        ("s4", "d:4", AT),
    ],
    "people": [("record text, customer_key text"), ("d:1", "c1"), ("d:2", "c2"), ("d:3", "c3"), ("d:4", "c4")],
    "touches": [
        ("touchpoint_id text, customer_key text, touched_at timestamp, is_direct boolean"),
        ("t1", "c1", datetime(2026, 4, 10), False),
        ("t2", "c1", datetime(2026, 4, 20), False),
        ("t3", "c1", datetime(2026, 4, 30), True),
        ("t4", "c1", datetime(2026, 5, 2), False),
        ("t5", "c2", datetime(2026, 4, 30), True),
        ("t6", "c3", datetime(2026, 1, 31, 9, 59, 59), False),
        ("t7", "c4", datetime(2026, 1, 31, 10), False),
    ],
    "buyers": [("customer_key text, cohort_month date"), ("c1", date(2026, 5, 1))],
    "cart_events": [
        ("event_id text, event text, occurred_at timestamp, visitor text, day date"),
        ("e1", "add_to_cart", AT, "v1", date(2026, 5, 1)),
        ("e2", "purchase", datetime(2026, 5, 4, 10, 0, 0), "v1", date(2026, 5, 4)),
        ("e3", "add_to_cart", AT, "v2", date(2026, 5, 1)),
        ("e4", "purchase", datetime(2026, 5, 4, 10, 0, 1), "v2", date(2026, 5, 4)),
    ],
}
ANSWERS = {
    "daily channel KPIs": {
        ("2026-05-01", "seo"): (2, 1, 0, 100),
        ("2026-05-01", "vk_ads"): (0, 0, 120.5, 0),
        ("2026-07-03", "seo"): (0, 0, 0, 50),
        ("2026-07-04", "seo"): (0, 0, 0, -13),
    },
    "last non-direct touch": {("s1", "t2"): (), ("s2", "t5"): (), ("s4", "t7"): ()},
    "cohort table": {("2026-05-01", "2026-05-01"): (1, 100), ("2026-05-01", "2026-07-01"): (1, 30)},
    "carts": {("2026-05-01",): (2, 1)},
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    with duckdb.connect() as connection:
        for table, (columns, *values) in TABLES.items():
            connection.execute(f"create table {table} ({columns})")
            connection.executemany(f"insert into {table} values ({', '.join('?' * len(values[0]))})", values)
            connection.execute(f"copy {table} to '{folder}/{table}.parquet'")
    return folder


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_question_in_plain_sql(rows, question):
    with duckdb.connect() as connection:
        for path in rows.glob("*.parquet"):
            connection.execute(f"create view {path.stem} as from '{path}'")
        assert comparable(connection.execute(question.sql).fetchall()) == ANSWERS[question.name]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_question_in_polars(rows, question):
    pytest.importorskip("polars", reason="uv sync --group bench")
    from bench.peers import in_polars

    assert comparable(in_polars.answer(question.name, rows)) == ANSWERS[question.name]


def test_the_questions_in_postgres(rows, tmp_path):
    from bench.peers import in_postgres

    with in_postgres.server(tmp_path / "postgres") as (connection, _):
        in_postgres.load(connection, rows)
        for question in QUESTIONS:
            assert comparable(connection.execute(question.sql).fetchall()) == ANSWERS[question.name], question.name


# --- results ----------------------------------------------------------------------------------------------------------------


def some_figures():
    model = {"wall": 2.0, "cpu": 1.5}
    runs = {"wall": 10.0, "cpu": 8.0, "peak": 2_000_000_000, "times": 3}
    of_one = {
        "rows": {"yandex_metrica/visits": 1000},
        "bytes": {"raw files": 5_000_000},
        "runs": {"build without tests": runs, "bare statements": runs},
        "reading": {"wall": 1.0, "cpu": 0.5},
        "models": {"kpi_values": model},
    }
    dear = {"model": "kpi_values", "cpu": 1.0, "cpu_double": 1.5, "memory": 10_000_000, "memory_double": 25_000_000}
    return {
        "begun": "2026-11-26T23:00+00:00",
        "machine": {"system": "Linux", "processor": "x86_64", "cores": 2, "memory": 24_000_000_000, "load": 5.25},
        "versions": {"duckdb": "1.5.6"},
        "scale": 1,
        "repeat": 3,
        "missed": ["A night failed at ×1: ended with 3"],
        "scales": {"1": of_one, "2": of_one},
        "dearest": [dear],
        "not doubled": [],
    }


def test_results_are_written_and_what_people_wrote_stays(tmp_path):
    results.write(some_figures(), tmp_path)
    page = tmp_path / "RESULTS.md"
    told = page.read_text("utf-8")
    assert "| `kpi_values` | 1.00 | 1.50 | ×1.50 | 10 MB | 25 MB | ×2.50 |" in told
    # 8 seconds of the build, less 0.5 of reading, less 1.5 of statements
    assert "75% of it at ×1" in told and "2.00 GB | 3 |" in told and "up to 5.2 on 2 cores" in told
    page.write_text(told + "\n- The machine was too small for more.\n", "utf-8")
    results.write(some_figures(), tmp_path)
    assert page.read_text("utf-8").partition(results.MISSED)[2].strip().splitlines() == [
        "- A night failed at ×1: ended with 3",
        "",
        "- The machine was too small for more.",
    ]


# --- by hand ----------------------------------------------------------------------------------------------------------------


@slow
def test_three_times_the_company_has_three_times_its_sums_and_the_same_ratios(tmp_path):
    scale.make(3, tmp_path / "raw")
    for name, root in (("one", DEMO), ("three", tmp_path / "raw")):
        settings = {"KPI_RAW_ROOT": str(root), "KPI_AS_OF": "2026-07-01"}
        build(tmp_path / name, *measure.NO_TESTS, project=PROJECT, **settings).close()
    one_file, three_file = (tmp_path / name / "kpi.duckdb" for name in ("one", "three"))
    assert measure.differing(one_file, three_file, 3) == []
    assert measure.differing(one_file, three_file, 2) != []


@slow
def test_a_build_with_little_memory_ends(tmp_path):
    build(tmp_path, *measure.NO_TESTS, project=PROJECT, KPI_MEMORY="2GB").close()
