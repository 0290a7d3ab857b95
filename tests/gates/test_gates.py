"""The gates: good nights pass, and each planted failure stops the night under its own name."""

import json
import re
import shutil
import subprocess

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.base.settings import KPI
from flows.gates import checks, settings
from tests.gates.test_accidents import ACCIDENTS
from tests.warehouse import PROJECT, run_dbt

NEWEST = "_loaded_at like '2026-07-01%'"
LAST_DAY = "dimension = 'all' and period_grain = 'day' and period_start = date '2026-06-30'"
LAST_WEEK = "dimension = 'all' and period_grain = 'week' and period_start = date '2026-06-22'"
LAST_MONTH = "dimension = 'all' and period_grain = 'month' and period_start = date '2026-06-01'"
ACTIVITIES = "source_name = 'bitrix24' and table_name = 'crm_activity'"

# what is done to the warehouse, the critical check that must fail, what it must name
RAW = {
    "a column is gone": ("alter table raw_bitrix24.crm_lead drop column STATUS_ID", "missing_columns", "STATUS_ID"),
    "a column came empty": (
        f"update raw_bitrix24.crm_activity set RESPONSIBLE_ID = null where {NEWEST}",
        "vanished_columns",
        "bitrix24/crm_activity.RESPONSIBLE_ID",
    ),
    "required values are missing": (
        f"update raw_bitrix24.crm_activity set CREATED = ' ' where {NEWEST} and ID::int % 2 = 0",
        "required_values",
        "bitrix24/crm_activity.CREATED",
    ),
    "dates came as words": (
        f"update raw_bitrix24.crm_activity set START_TIME = 'tomorrow' where {NEWEST}",
        "unreadable_values",
        "bitrix24/crm_activity.START_TIME",
    ),
    "a list has other words": (
        f"""update raw_yandex_metrica.visits set "ym:s:lastTrafficSource" = 'new ' || "ym:s:lastTrafficSource" where {NEWEST}""",
        "new_words",
        "yandex_metrica/visits.ym:s:lastTrafficSource",
    ),
    "hardly anything came": (
        f"delete from raw_bitrix24.voximplant_statistic where {NEWEST} and ID <> (select max(ID) from raw_bitrix24.voximplant_statistic where {NEWEST})",
        "low_volume",
        "bitrix24/voximplant_statistic: ×",
    ),
    "a source is not loaded any more": (
        "delete from raw_yandex_direct.campaign_performance where _loaded_at >= '2026-06-20'",
        "freshness",
        "yandex_direct",
    ),
    "a load came twice": (
        f"insert into raw_bitrix24.crm_activity select * from raw_bitrix24.crm_activity where {NEWEST}",
        "doubled_rows",
        "bitrix24/crm_activity",
    ),
    "a file was removed": (
        "update raw_views.files set row_count = row_count / 2 where table_name = 'crm_deal'",
        "lost_rows",
        "bitrix24/crm_deal",
    ),
    "the source has more": (
        """insert into raw_control.totals by name
           select 'bitrix24' as source_name, 'crm_deal' as table_name, '2026-07-01' as day, '9000' as row_count,
           '2026-07-01T01:30:00Z' as _loaded_at, 'a' as _raw_file, 1 as _raw_row""",
        "totals",
        "bitrix24/crm_deal",
    ),
    "files are damaged": (
        """insert into raw_views.files by name
           select 'bitrix24' as source_name, 'crm_deal' as table_name, 'x' || i as raw_file, 0 as row_count, false as readable
           from range(3) as t(i)""",
        "unreadable_files",
        "bitrix24/crm_deal: 3 of 4 files",
    ),
    "lines are broken": (
        """insert into raw_views.rejected_lines by name
           select 'files' as source_name, 'ad_spend' as table_name, 'x' as raw_file, i as raw_row, '?' as reason from range(2000) as t(i)""",
        "broken_lines",
        "files/ad_spend: 2004 of",
    ),
}

# other checks that the same failure concerns
ALSO = {"a list has other words": ["word_shares"]}

MARTS = {
    "a day that is not over": (
        f"insert into marts.kpi_values select * replace (date '2026-07-01' as period_start) from marts.kpi_values where {LAST_DAY} limit 5",
        "not_finished_days",
        "kpi_values: 5 rows",
    ),
    "rows stand twice": (
        f"insert into marts.kpi_values from marts.kpi_values where {LAST_MONTH} and kpi_id = 'revenue'",
        "doubled_keys",
        "revenue: 1 rows",
    ),
    "a division by nought": (
        f"update marts.kpi_values set value = 'inf' where {LAST_DAY} and kpi_id = 'romi'",
        "no_number",
        "romi: 1 rows",
    ),
    "shares are per cent": (
        "update marts.kpi_values set value = 100 * value where kpi_id = 'win_rate'",
        "ranges",
        "win_rate",
    ),
    "a figure jumps": (
        f"update marts.kpi_values set value = 1000 * value where {LAST_DAY} and kpi_id = 'visits'",
        "day_jump",
        "visits",
    ),
    "a figure falls to nought": (
        f"update marts.kpi_values set value = 0 where {LAST_DAY} and kpi_id = 'visits'",
        "day_jump",
        "visits: ×1000: 0, usually",
    ),
    "a week jumps": (
        f"update marts.kpi_values set value = 1000 * value where {LAST_WEEK} and kpi_id = 'revenue'",
        "week_jump",
        "revenue",
    ),
    "rows shown that were not built": (
        f"update raw_views.files set row_count = row_count + 7 where {ACTIVITIES}",
        "unread_rows",
        "bitrix24/crm_activity",
    ),
    "a load is rejected": (
        f"update marts.source_tie_out set rejected_rows = accepted_rows, accepted_rows = 0 where {ACTIVITIES} and load_day = date '2026-07-01'",
        "rejected_rows",
        "bitrix24/crm_activity: 79 of 79",  # rows of that load in demo/raw/bitrix24/crm_activity, counted in the file
    ),
    "the source tells another sum": (
        """insert into marts.source_totals by name select 'yandex_direct' as source_name, 'campaign_performance' as table_name,
           date '2026-06-29' as day, 1000 as stated_amount, 500 as warehouse_amount, false as is_equal""",
        "totals",
        "yandex_direct/campaign_performance, amount: 500",
    ),
    "a KPI is left out": (f"delete from marts.kpi_values where {LAST_MONTH} and kpi_id = 'nps'", "missing_kpis", "nps"),
    "a finding that must not be": (
        "insert into quality.findings values ('raw rows without a status', 'bitrix24/crm_deal', 3)",
        "findings",
        "raw rows without a status: 3 rows",
    ),
}


def stopped(outcome, gate, check, words):
    name = f"{gate}.{check}"
    assert outcome.status == 1 and outcome.told["passed"] is False, outcome.said
    assert name in outcome.failed("critical")
    told = next(one for one in outcome.told["checks"] if one["name"] == name)
    assert words in told["observed"]
    assert told["observed"] in told["message_en"] and "Где смотреть" in told["message_ru"]
    assert f"critical: {name}" in outcome.said and words in outcome.said
    pages = [page.read_text("utf-8") for page in (outcome.report / "validations").rglob("*.html")]
    assert any(f"{name} (critical)" in page for page in pages)
    assert words.split(":")[0] in (outcome.report / "index.html").read_text("utf-8")


@pytest.mark.parametrize("case", RAW)
def test_a_raw_failure_is_found(damage, critical, case):
    statement, check, words = RAW[case]
    damage(statement)
    stopped = critical("raw")
    assert set(stopped) == {check, *ALSO.get(case, [])} and words in stopped[check]


@pytest.mark.parametrize("case", MARTS)
def test_a_failure_of_the_marts_is_found(damage, critical, case):
    statement, check, words = MARTS[case]
    damage(statement)
    stopped = critical("marts")
    assert list(stopped) == [check] and words in stopped[check]


@pytest.mark.parametrize(("factor", "severity"), [(0.5, "warning"), (2, "warning"), (0.2, "critical"), (5, "critical")])
@pytest.mark.parametrize(("period", "check"), [(LAST_DAY, "day_jump"), (LAST_WEEK, "week_jump")])
def test_a_factor_is_told(damage, beyond, factor, severity, period, check):
    """Visits move by less than a fifth by themselves; the newest figure is set beside the day or week before it."""
    damage(f"update marts.kpi_values set value = {factor} * previous_value where {period} and kpi_id = 'visits'")
    told = beyond("marts")
    assert "visits: ×" in told[severity][check] and "visits: ×" not in told[
        "critical" if severity == "warning" else "warning"
    ].get(check, "")


@pytest.mark.parametrize("which", ["raw", "marts"])
def test_failures_stop_the_night(damage, gate, which):
    cases = {"raw": RAW, "marts": MARTS}[which].values()
    together = [case for case in cases if case[1] != "missing_columns"]  # such a table is not looked at any further
    damage(*(statement for statement, _, _ in together))
    outcome = gate(which)
    also = {check for checks in ALSO.values() for check in checks} if which == "raw" else set()
    assert outcome.failed("critical") == {f"{which}.{check}" for check in also.union(check for _, check, _ in together)}
    for _, check, words in together:
        stopped(outcome, which, check, words)


@pytest.mark.parametrize("which", ["raw", "marts"])
def test_every_check_that_can_stop_a_night_is_planted(which):
    planted = {check for _, check, _ in {"raw": RAW, "marts": MARTS}[which].values()}
    accidents = {check for _, severity, check, _ in ACCIDENTS.values() if severity == "critical"}
    elsewhere = {"raw": {"no_data", *accidents}, "marts": {"behind", "fewer_rows"}}[which]
    critical = {name for name, limits in settings.read(which).items() if "critical" in limits.severities()}
    assert critical == planted | elsewhere


def test_an_empty_raw_root_stops_the_night(damage, gate, warehouse):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        query = "select schema_name || '.' || table_name from duckdb_tables() where schema_name like 'raw_%'"
        tables = [name for (name,) in connection.execute(query).fetchall()]
    damage(*(f"delete from {name}" for name in tables), "delete from marts.source_tie_out")
    stopped(gate("raw"), "raw", "no_data", "0 of 5 sources")


def test_rows_that_were_published_and_are_gone_stop_the_night(damage, gate, small_file):
    """In a night the build file holds no marts yet: what was there before tells the published version."""
    damage(
        "update raw_views.files set row_count = 2 * row_count / 3 where table_name = 'sale_order'",
        "drop schema marts cascade",
    )
    stopped(gate("raw", "--published", str(small_file)), "raw", "lost_rows", "bitrix_shop/sale_order")
    first = gate("raw")
    assert first.status == 0 and "raw.lost_rows: not looked at, nothing was published before" in first.said
    (lost,) = [check for check in first.told["checks"] if check["name"] == "raw.lost_rows"]
    assert (
        lost["passed"]
        and not lost["looked_at"]
        and "не проверено, раньше ничего не публиковалось" in lost["message_ru"]
    )


def test_a_first_night_has_nothing_to_compare_with(damage, gate, warehouse):
    """Only the newest load is there: the values of it are held against nothing, for a reason, and the night goes on."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        query = "select schema_name || '.' || table_name from duckdb_tables() where schema_name like 'raw_%' and schema_name not in ('raw_views', 'raw_files')"
        tables = [name for (name,) in connection.execute(query).fetchall()]
    damage(*(f"delete from {name} where not {NEWEST}" for name in tables), "drop schema marts cascade")
    outcome = gate("raw")
    assert outcome.status == 0, outcome.said
    told = {check["name"]: check for check in outcome.told["checks"]}
    for name in (
        "low_volume",
        "medians",
        "sums",
        "signs",
        "word_shares",
        "empty_shares",
        "renamed_members",
        "hours",
        "future_times",
        "equal_records",
    ):
        check = told[f"raw.{name}"]
        assert not check["looked_at"] and check["observed"].startswith("not looked at, "), check
    assert "there are too few nights" in told["raw.medians"]["observed"]


def test_a_holiday_is_known_from_the_published_version(damage, gate, small_file, tmp_path):
    """Monday 22 June is made a holiday; the loads of the night after are compared with those after holidays."""
    published = shutil.copy(small_file, tmp_path / "published.duckdb")
    with duckdb.connect(str(published)) as connection:
        connection.execute("update marts.dim_date set is_working_day = false where date_day = date '2026-06-30'")
    damage(f"delete from raw_bitrix24.crm_activity where {NEWEST}", "drop schema marts cascade")
    assert "raw.low_volume" in gate("raw", "--published", str(small_file)).failed("critical")
    assert "raw.low_volume" not in gate("raw", "--published", str(published)).failed("critical")


def test_a_check_that_sees_nothing_and_knows_no_reason_stops_the_night(damage, gate, small_file, tmp_path):
    """A published version without its count of raw rows: nobody can say whether rows are gone."""
    published = shutil.copy(small_file, tmp_path / "published.duckdb")
    with duckdb.connect(str(published)) as connection:
        connection.execute("drop table marts.source_tie_out")
    outcome = gate("raw", "--published", str(published))
    assert outcome.status == 1 and outcome.failed("critical") == {"raw.lost_rows"}
    assert "not looked at, nobody knows why" in outcome.said


def test_figures_of_an_earlier_day_stop_the_night(gate, monkeypatch):
    monkeypatch.setenv("KPI_AS_OF", "2026-07-03")
    stopped(gate("marts"), "marts", "behind", "2026-06-30")


def test_tables_that_shrink_stop_the_night(damage, gate, small_file):
    damage("delete from marts.kpi_companions where period_grain = 'day'")
    stopped(gate("marts", "--published", str(small_file)), "marts", "fewer_rows", "marts.kpi_companions")


def test_what_publishing_fills_does_not_shrink(damage, gate, small_file, tmp_path):
    """A build has no restatements, and the published version their whole history."""
    published = shutil.copy(small_file, tmp_path / "published.duckdb")
    with duckdb.connect(str(published)) as connection:
        connection.execute("create table marts.kpi_restatements as select * from range(100000) as r(id)")
    damage("create table marts.kpi_restatements (id bigint)")
    outcome = gate("marts", "--published", str(published))
    assert outcome.status == 0, outcome.said


def test_a_kpi_that_was_published_is_missed(damage, critical, small_file):
    damage("delete from marts.kpi_values where kpi_id = 'nps'")
    assert critical("marts") == {}  # no source of it, for all that is known
    assert list(critical("marts", small_file)) == ["missing_kpis"]


def test_what_a_source_taken_out_takes_along_is_told(damage, gate, small_file):
    damage(
        "delete from marts.kpi_values where kpi_id = 'ad_spend'",
        "delete from marts.kpi_companions where period_grain = 'day'",
        "delete from marts.source_tie_out where source_name = 'yandex_direct'",
        "delete from raw_views.files where source_name = 'yandex_direct'",
    )
    outcome = gate("marts", "--published", str(small_file))
    assert outcome.status == 0, outcome.said
    assert {"marts.missing_kpis", "marts.fewer_rows"} <= outcome.failed("warning")


def test_a_past_that_changes_is_told(damage, gate, small_file):
    damage(
        "update marts.kpi_values set value = 1.2 * value where kpi_id = 'revenue' and dimension = 'all' and period_grain = 'month'"
        " and period_start in (date '2026-04-01', date '2026-06-01')"
    )
    outcome = gate("marts", "--published", str(small_file))
    assert outcome.status == 0 and "marts.changed_past" in outcome.failed("warning")
    assert "revenue: 2026-04-01" in outcome.said and "revenue: 2026-06-01" not in outcome.said


def test_a_kpi_that_falls_silent_is_told(damage, gate):
    damage(f"update marts.kpi_values set value = null where {LAST_MONTH} and kpi_id = 'nps'")
    outcome = gate("marts")
    assert outcome.status == 0 and "nps: no value for 2026-06-01" in outcome.said


def test_far_more_rows_are_told(damage, gate):
    """A back-fill: the rows of the nights before come once more in the newest one."""
    for table in ("raw_bitrix24.crm_activity", "raw_bitrix_shop.sale_order", "raw_yandex_metrica.visits"):
        damage(
            f"""insert into {table} select * replace ('2026-07-01T01:30:00Z' as _loaded_at, _raw_row + 1000000 as _raw_row)
            from {table} where _loaded_at >= '2026-06-20' and _loaded_at < '2026-07-01'"""
        )
    outcome = gate("raw")
    assert outcome.status == 0 and "raw.high_volume" in outcome.failed("warning"), outcome.said
    assert "bitrix24/crm_activity: ×" in outcome.said


def test_keywords_of_an_ad_are_no_doubles(damage, beyond):
    """A report by keyword has three lines where the one by campaign has one: other lines of one day, and not one thrice."""
    damage(
        """insert into raw_yandex_direct.campaign_performance
        select rows.* replace ('keyword ' || n as "Criterion", rows._raw_row + 1000000 * n as _raw_row)
        from raw_yandex_direct.campaign_performance as rows cross join range(1, 4) as copies (n) where _loaded_at >= '2026-06-20'"""
    )
    assert "doubled_rows" not in beyond("raw")["critical"]


def test_a_fall_is_no_error_while_a_source_is_down(damage, gate):
    damage(
        f"update marts.kpi_values set value = 0 where {LAST_DAY} and kpi_id = 'visits'",
        "delete from marts.source_tie_out where source_name = 'yandex_metrica' and load_day >= date '2026-07-01'",
        "update raw_views.files set row_count = (select sum(raw_rows) from marts.source_tie_out as t where t.table_name = files.table_name)"
        " where source_name = 'yandex_metrica'",
    )
    outcome = gate("marts")
    assert outcome.status == 0, outcome.said
    assert re.search(r"visits: ×1000: 0, usually \d+; moves ×[\d.]+ by itself; 2026-06-30", outcome.said)


def test_one_bad_row_never_stops_a_night(damage, critical):
    damage(
        f"update raw_bitrix24.crm_quote set DATE_CREATE = 'yesterday' where {NEWEST}",
        f"update raw_bitrix24.crm_activity set CREATED = '' where {NEWEST} and _raw_row = (select max(_raw_row) from raw_bitrix24.crm_activity)",
    )
    assert critical("raw") == {}


def test_sources_that_are_not_in_use_are_fine(damage, gate, critical):
    gone = ["bitrix_shop", "yandex_direct"]
    tables = {
        "bitrix_shop": "sale_order sale_basket_item sale_payment sale_property_value sale_status crm_order_entity",
        "yandex_direct": "campaign_performance",
    }
    damage(
        *(f"delete from raw_{source}.{table}" for source in gone for table in tables[source].split()),
        "delete from marts.source_tie_out where source_name in ('bitrix_shop', 'yandex_direct')",
        "delete from raw_views.files where source_name in ('bitrix_shop', 'yandex_direct')",
    )
    outcome = gate("raw")
    assert outcome.status == 0 and "not in use: bitrix_shop, yandex_direct" in outcome.said, outcome.said
    assert critical("marts") == {}


# --- settings -------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_settings(tmp_path, monkeypatch):
    def write(text):
        path = tmp_path / "gates.yml"
        path.write_text(text, "utf-8")
        monkeypatch.setenv("KPI_GATES", str(path))

    return write


def test_limits_are_settings(damage, gate, critical, own_settings):
    damage(f"update marts.kpi_values set value = 1000 * value where {LAST_DAY} and kpi_id in ('visits', 'page_views')")
    own_settings("marts: {day_jump: {except: {visits: {critical: off}}}}")
    assert critical("marts")["day_jump"].split(":")[0] == " page_views"
    own_settings("marts: {day_jump: {critical: off}}")
    outcome = gate("marts")
    assert outcome.status == 0 and "marts.day_jump" in outcome.failed("warning")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("raw: {freshnes: {critical: 1}}", "unknown key raw.freshnes; did you mean freshness?"),
        ("raw: {freshness: {critcal: 1}}", "unknown key raw.freshness.critcal; did you mean critical?"),
        ("raw: {freshness: {critical: soon}}", "raw.freshness.critical must be a number or off, not 'soon'"),
        ("raw: {freshness: {except: {files: 3}}}", "raw.freshness.except.files must hold critical, warning or both"),
        ("raw: {low_volume: {min_nights: off}}", "raw.low_volume.min_nights must be a number"),
        ("raw: 3", "raw must hold keys"),
        ("raw: {", "can't be read"),
        ("marts: {ranges: {kpis: {happiness: [0, 1]}}}", "no KPI of marts.kpi_catalogue is called happiness"),
        ("marts: {ranges: {kpis: {nps: 7}}}", "marts.ranges.kpis.nps must be [least, most]"),
    ],
)
def test_wrong_settings_are_said_plainly(gate, own_settings, text, words):
    own_settings(text)
    outcome = gate("marts" if text.startswith("marts") else "raw")
    assert outcome.status == 2 and words in outcome.said


def test_settings_and_checks_are_the_same_ones():
    for which, known in checks.CHECKS.items():
        assert list(settings.read(which)) == list(known)


def test_a_wrong_call_is_said_plainly(gate, tmp_path, monkeypatch):
    assert "there is no file" in gate("raw", file=tmp_path / "none.duckdb").said
    (tmp_path / "text.duckdb").write_text("no database")
    outcome = gate("raw", file=tmp_path / "text.duckdb")
    assert outcome.status == 2 and "can't be run" in outcome.said
    duckdb.connect(str(tmp_path / "new.duckdb")).close()
    assert "run `dbt seed`" in gate("raw", file=tmp_path / "new.duckdb").said
    assert "run `dbt build`" in gate("marts", file=tmp_path / "new.duckdb").said
    monkeypatch.setenv("KPI_AS_OF", "yesterday")
    outcome = gate("raw")
    assert outcome.status == 2 and "KPI_AS_OF is yesterday. It must be a date like 2026-07-01" in outcome.said


def test_a_folder_with_other_files_is_left_alone(gate, tmp_path):
    (tmp_path / "report" / "marts").mkdir(parents=True)
    (tmp_path / "report" / "marts" / "thesis.txt").write_text("years of work")
    outcome = gate("marts")
    assert outcome.status == 2 and "thesis.txt" in [path.name for path in (tmp_path / "report" / "marts").iterdir()]


# --- as a whole -----------------------------------------------------------------------------------------------------


def test_nothing_personal_is_told(damage, gate, warehouse):
    people = "update raw_bitrix24.crm_contact set PHONE = '+7 999 111-22-33', EMAIL = 'ivan@example.org', DATE_CREATE = 'ivan@example.org', ID = null where _loaded_at >= '2026-06-01'"
    words = f"update raw_bitrix24.crm_deal set STAGE_SEMANTIC_ID = 'ivan@example.org' where {NEWEST}"
    damage(people, words)
    outcome = gate("raw")
    assert {"raw.required_values", "raw.unreadable_values"} <= outcome.failed("critical") | outcome.failed("warning")
    pages = "".join(path.read_text("utf-8") for path in outcome.report.rglob("*.html"))
    told = outcome.said + json.dumps(outcome.told, ensure_ascii=False) + pages
    assert "bitrix24/crm_contact.DATE_CREATE" in told and "bitrix24/crm_deal.STAGE_SEMANTIC_ID" in told
    assert "ivan" not in told and "111-22-33" not in told


def test_the_demo_company_passes(gate, whole_file, small_file):
    for which in ("raw", "marts"):
        outcome = gate(which, "--published", str(small_file), file=whole_file)
        assert outcome.status == 0, outcome.said
        index = outcome.told["data_docs"]
        assert (
            outcome.told["gate"] == which
            and re.search(r"\w+/index.html$", index)
            and outcome.report.joinpath("index.html").exists()
        )
    assert outcome.failed("warning") <= {"marts.day_jump", "marts.week_jump", "marts.silent_kpis", "marts.findings"}


def test_a_column_lost_overnight_is_seen_before_the_first_build(gate, tmp_path, monkeypatch):
    folder = tmp_path / "raw" / "bitrix24" / "crm_lead"
    folder.mkdir(parents=True)
    for night in range(1, 10):
        names = ["ID", "STATUS_ID", "DATE_CREATE", "_loaded_at"]
        rows = [
            [f"{night}{i:02}", "NEW", f"2026-01-{night:02}T12:00:00+03:00", f"2026-01-{night + 1:02}T01:00:00Z"]
            for i in range(30)
        ]
        columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
        if night == 9:
            del columns["STATUS_ID"]
        pq.write_table(pa.table(columns), folder / f"{night}.parquet")
    given = {"KPI_RAW_ROOT": str(tmp_path / "raw"), "KPI_AS_OF": "2026-01-10"}
    done = run_dbt(tmp_path / "built", "seed", **given)
    assert done.returncode == 0, done.stdout
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    outcome = gate("raw", file=tmp_path / "built" / "kpi.duckdb")
    stopped(
        outcome,
        "raw",
        "vanished_columns",
        "bitrix24/crm_lead.STATUS_ID: empty in all 30 rows of the load of 2026-01-10",
    )
    assert outcome.failed("critical") == {"raw.vanished_columns"} and outcome.failed("warning") == {"raw.empty_shares"}


def test_the_command(warehouse, tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    before = warehouse.read_bytes()
    command = [KPI, "gate", "marts", "--warehouse", str(warehouse)]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("gate marts: passed, 15 checks, 0 critical failed") and done.stderr == ""
    assert (tmp_path / "kpi.duckdb.gates" / "marts" / "index.html").exists()
    assert warehouse.read_bytes() == before
    shutil.rmtree(tmp_path / "kpi.duckdb.gates")


def test_what_a_source_writes_does_not_run_in_the_readers_browser(damage, gate):
    """A stage named like a script is counted, not quoted; names that reach a page are escaped."""
    damage(
        "insert into quality.findings values ('unknown value', 'stages.status = <script>alert(1)</script>', 3)",
        "insert into quality.findings values ('<img src=x onerror=alert(2)>', 'anna@example.org', 1)",
    )
    outcome = gate("marts")
    pages = "".join(path.read_text("utf-8") for path in outcome.report.rglob("*.html"))
    assert "unknown value" in pages
    for text in (pages, outcome.said, str(outcome.told)):
        assert "alert(1)" not in text and "anna@example.org" not in text
    assert "<img src=x" not in pages and "&lt;img src=x" in pages


def test_what_a_source_tells_of_itself_is_escaped(damage, gate):
    """The day of a total is a text of the source, and stands among what was found."""
    damage(
        """insert into raw_control.totals by name
           select 'bitrix24' as source_name, 'crm_deal' as table_name, '<img src=y onerror=alert(3)>' as day, '9000' as row_count,
           '2026-07-01T01:30:00Z' as _loaded_at, 'a' as _raw_file, 1 as _raw_row"""
    )
    pages = "".join(path.read_text("utf-8") for path in gate("raw").report.rglob("*.html"))
    assert "<img src=y" not in pages and "&lt;img src=y" in pages
