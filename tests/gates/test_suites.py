"""The suites hold expectations of Great Expectations' own on the tables, and these find what is wrong; pages open offline."""

import json
import re

import pytest
from great_expectations.expectations import core

from flows.gates import marts, raw, suites
from flows.gates.run import examine
from flows.gates.settings import read
from tests.gates.test_gates import LAST_MONTH, NEWEST

# By gate: the checks that an expectation of Great Expectations' own holds, and the table that it is held on.
HELD = {
    "raw": {
        ("no_data", "ExpectColumnUniqueValueCountToBeBetween", "measured.loads"),
        ("missing_columns", "ExpectColumnDistinctValuesToContainSet", "measured.columns"),
        ("unreadable_files", "ExpectColumnValuesToBeInSet", "raw_views.files"),
        ("low_volume", "ExpectTableRowCountToBeBetween", "measured.bitrix24_crm_activity"),
        ("high_volume", "ExpectTableRowCountToBeBetween", "measured.yandex_metrica_visits"),
        ("freshness", "ExpectColumnMaxToBeBetween", "measured.loads"),
    },
    "marts": {
        ("behind", "ExpectColumnMaxToBeBetween", "marts.periods"),
        ("ranges", "ExpectColumnValuesToBeBetween", "marts.kpi_values"),
        ("missing_kpis", "ExpectColumnDistinctValuesToContainSet", "marts.kpi_values"),
        ("findings", "ExpectColumnSumToBeBetween", "quality.findings"),
    },
}
# A fault, the gate that has to find it, and the expectation that does.
FAULTS = {
    "a column is gone": (
        "raw",
        "alter table raw_bitrix24.crm_lead drop column STATUS_ID",
        "expect_column_distinct_values_to_contain_set",
    ),
    "a file cannot be read": (
        "raw",
        "update raw_views.files set readable = false where table_name = 'crm_deal'",
        "expect_column_values_to_be_in_set",
    ),
    "calls did not come": (
        "raw",
        f"delete from raw_bitrix24.voximplant_statistic where {NEWEST}",
        "expect_table_row_count_to_be_between",
    ),
    "spend is old": (
        "raw",
        "delete from raw_yandex_direct.campaign_performance where _loaded_at >= '2026-06-20'",
        "expect_column_max_to_be_between",
    ),
    "a share is above one": (
        "marts",
        "update marts.kpi_values set value = 7 where kpi_id = 'win_rate'",
        "expect_column_values_to_be_between",
    ),
    "a KPI is missing": (
        "marts",
        f"delete from marts.kpi_values where kpi_id = 'nps' and {LAST_MONTH}",
        "expect_column_distinct_values_to_contain_set",
    ),
    "days are missing": (
        "marts",
        "update marts.periods set last_known_day = date '2026-06-20'",
        "expect_column_max_to_be_between",
    ),
    "a row has no status": (
        "marts",
        "insert into quality.findings values ('raw rows without a status', 'bitrix24/crm_deal', 3)",
        "expect_column_sum_to_be_between",
    ),
}


@pytest.mark.parametrize("which", HELD)
def test_suites_hold_expectations_of_great_expectations(warehouse, beyond, which):
    with suites.attached(warehouse, None) as connection:
        rules = {"raw": raw.Gate, "marts": marts.Gate}[which](connection, read(which)).rules()
    held = [rule for rule in rules if isinstance(rule, suites.Held)]
    assert all(getattr(core, rule.kind.__name__) is rule.kind for rule in held)
    assert HELD[which] <= {(rule.check, rule.kind.__name__, rule.table) for rule in held}
    asked = {rule.check for rule in rules if isinstance(rule, suites.Asked)}
    assert {rule.check for rule in held} & asked <= {
        "ranges",
        "unreadable_files",
    }  # these have a critical limit for a share


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_the_expectation_that_holds_it(damage, beyond, warehouse, monkeypatch, fault):
    which, statement, kind = FAULTS[fault]
    results = []
    run = suites._run

    def kept(*arguments):
        done = run(*arguments)
        results.extend(done.values())
        return done

    monkeypatch.setattr(suites, "_run", kept)
    examine(which, read(which), warehouse)
    before = {json.dumps(one.expectation_config.kwargs, default=str) for one in results if not one.success}
    results.clear()
    damage(statement)
    examine(which, read(which), warehouse)
    failed = [one for one in results if not one.success]
    new = [one for one in failed if json.dumps(one.expectation_config.kwargs, default=str) not in before]
    assert kind in {one.expectation_config.type for one in new}
    for one in results:
        assert not {"unexpected_list", "unexpected_rows", "unexpected_index_list"} & set(one.result)
        assert not one.result.get("partial_unexpected_list") and not one.result.get("partial_missing_list")


def test_the_pages_open_without_a_network(gate):
    outcome = gate("marts")
    index = (outcome.report / "index.html").read_text("utf-8")
    links = re.findall(r'href="([^"]+)"', index)
    assert "marts.kpi_values" in index and len(links) >= 4
    assert all((outcome.report / link).is_file() for link in links)
    for page in outcome.report.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r'<(script|link|img)[^>]*(src|href)="(https?:)?//', text), page
        assert "url('http" not in text
