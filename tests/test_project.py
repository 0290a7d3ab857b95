"""The project itself: pins, YAML that dbt would silently ignore, descriptions, plans of its queries."""

import json
import re
import shutil
import tomllib
from importlib.metadata import version

import duckdb
import pytest
import yaml
from packaging.requirements import Requirement

from tests.warehouse import PROJECT, as_read, file_of, run_dbt

# What dbt reads at each place.  It says nothing of any other key: a misspelt test would simply never run.
MODEL_KEYS = {"name", "description", "config", "columns", "data_tests", "time_spine"}
COLUMN_KEYS = {"name", "description", "data_type", "constraints", "data_tests", "config", "quote", "granularity"}
SOURCE_KEYS = {"name", "description", "schema", "config", "tables", "data_tests"}
TABLE_KEYS = {"name", "description", "config", "columns", "data_tests"}
UNIT_TEST_KEYS = {"name", "description", "model", "given", "expect", "overrides", "config"}
TEST_KEYS = {"arguments", "config", "name", "description"}
SEMANTIC_MODEL_KEYS = {"name", "description", "model", "defaults", "primary_entity"}
SEMANTIC_PARTS = {
    "entities": {"name", "type", "expr"},
    "dimensions": {"name", "type", "type_params", "expr"},
    "measures": {"name", "label", "description", "agg", "expr", "create_metric"},
}
EXPOSURE_KEYS = {"name", "label", "type", "maturity", "description", "owner", "depends_on"}
METRIC_KEYS = {"name", "label", "description", "type", "type_params"}
FILE_KEYS = {
    "version",
    "anchors",
    "models",
    "seeds",
    "sources",
    "unit_tests",
    "semantic_models",
    "metrics",
    "exposures",
}
# Models that look every row up in a short list by more than equality: dimensions, rules, kinds, rates, plans, materials, the first day, periods,
# marks of ad clicks, payment pages, bands of amounts.
SHORT_LISTS = {
    "measures_prices",
    "measures_work",
    "measures_potential_customers",
    "touch_paths",
    "touch_days",
    "deal_events",
    "metric_value_starts",
    "metric_values",
    "fct_ad_spend",
    "int_ad_costs",
    "int_arrivals",
    "int_channels",
    "int_forecast_days",
    "int_contact_values",
    "int_loss_groups",
    "int_marks",
    "int_stage_steps",
    "int_targets_daily",
    "measures_growth",
    "measures_materials",
    "measures_quota",
    "performance_bands",
    "periods",
    "product_classes",
    "report_indicators",
    "report_reasons",
    "stg_bitrix24__activities",
    "stg_bitrix24__exchange_rates",
    "stg_bitrix24__stages",
}
YAML_FILES = sorted(p for folder in ("models", "systems", "seeds") for p in (PROJECT / folder).rglob("*.yml"))


def strange_keys(path):
    """Keys that dbt would ignore, with the place where they stand."""

    def check(thing, allowed, where):
        yield from (f"{where}: {key}" for key in thing if key not in allowed)
        for test in thing.get("data_tests") or []:
            for name, settings in test.items() if isinstance(test, dict) else ():
                yield from (f"{where}, {name}: {key}" for key in (settings or {}) if key not in TEST_KEYS)
        for column in thing.get("columns") or []:
            yield from check(column, COLUMN_KEYS, f"{where}, {column.get('name')}")

    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    yield from (f"file: {key}" for key in content if key not in FILE_KEYS and not key.startswith("x-"))
    for kind in ("models", "seeds"):
        for item in content.get(kind) or []:
            yield from check(item, MODEL_KEYS, item.get("name"))
    for source in content.get("sources") or []:
        yield from check(source, SOURCE_KEYS, source.get("name"))
        for table in source.get("tables") or []:
            yield from check(table, TABLE_KEYS, table.get("name"))
    for test in content.get("unit_tests") or []:
        yield from check(test, UNIT_TEST_KEYS, test.get("name"))
    for model in content.get("semantic_models") or []:
        yield from check(model, SEMANTIC_MODEL_KEYS | SEMANTIC_PARTS.keys(), model.get("name"))
        for part, allowed in SEMANTIC_PARTS.items():
            for item in model.get(part) or []:
                yield from check(item, allowed, f"{model.get('name')}, {item.get('name')}")
    for metric in content.get("metrics") or []:
        yield from check(metric, METRIC_KEYS, metric.get("name"))
    for exposure in content.get("exposures") or []:
        yield from check(exposure, EXPOSURE_KEYS, exposure.get("name"))


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda p: p.name)
def test_yaml_holds_nothing_that_dbt_ignores(path):
    assert list(strange_keys(path)) == []


def test_a_misspelt_key_is_found(tmp_path):
    path = tmp_path / "models.yml"
    path.write_text("models: [{name: a, columns: [{name: b, data_test: [unique]}]}]", encoding="utf-8")
    assert list(strange_keys(path)) == ["a, b: data_test"]


def test_pins_are_the_environment():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = project["tool"]["uv"]["constraint-dependencies"]
    wrong = []
    for pin in map(Requirement, pins):
        if pin.marker is None or pin.marker.evaluate():
            try:
                installed = version(pin.name)
            except ModuleNotFoundError:
                continue
            if not pin.specifier.contains(installed, prereleases=True):
                wrong.append(f"{pin}, installed {installed}")
    assert len(pins) > 100 and wrong == []


def test_every_model_and_mart_column_is_described(demo, tmp_path):
    bare = demo.execute(
        """
        select schema_name || '.' || table_name as name from duckdb_tables()
        where schema_name in ('staging', 'intermediate', 'marts', 'quality') and comment is null
        union all
        select schema_name || '.' || table_name || '.' || column_name from duckdb_columns()
        where schema_name in ('marts', 'quality') and comment is null and table_name not like 'measures%'
        """
    ).fetchall()
    assert [name for (name,) in bare] == []


CHARTED = {"VARCHAR", "DATE", "TIMESTAMP", "BOOLEAN", "INTEGER", "BIGINT", "DOUBLE"}


def uncharted(warehouse):
    """The columns of tables for people whose type a BI tool cannot chart, each with its type."""
    columns = warehouse.execute(
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
        " where table_schema in ('marts', 'quality', 'reference') order by all"
    ).fetchall()
    return [
        (f"{schema}.{table}.{column}", kind)
        for schema, table, column, kind in columns
        if kind not in CHARTED and not kind.startswith("DECIMAL")
    ]


def test_every_column_has_a_type_that_bi_tools_chart(demo):
    assert uncharted(demo) == []


def test_a_type_that_no_bi_tool_charts_is_found():
    with duckdb.connect() as made:
        made.execute(
            "create schema marts; create schema staging; create table staging.raw as select 1::hugeint as free;"
            "create table marts.odd as select 1::decimal(18, 2) as money, sum(1) as huge, 1::ubigint as big,"
            " interval 1 day as lasting, [1] as several, 'a' as text"
        )
        assert uncharted(made) == [
            ("marts.odd.big", "UBIGINT"),
            ("marts.odd.huge", "HUGEINT"),
            ("marts.odd.lasting", "INTERVAL"),
            ("marts.odd.several", "INTEGER[]"),
        ]


def test_every_measure_is_a_column_of_the_mart_that_the_catalogue_names(demo):
    """The column is there, and a model of measures that names the measure reads that mart."""
    columns = set(
        demo.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'marts'"
        ).fetchall()
    )
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (PROJECT / "models").rglob("measures_*.sql")}
    # measures made of other measures read the mart of these
    texts = {name: "".join([text, *(texts[n] for n in texts if f"ref('{n}')" in text)]) for name, text in texts.items()}
    wrong = []
    for measure, mart, column in demo.execute(
        "select measure, mart, mart_column from reference.measure_kinds"
    ).fetchall():
        naming = [text for text in texts.values() if re.search(rf"\b{measure}\b", text)]
        if (mart, column) not in columns or not any(f"ref('{mart}')" in text for text in naming):
            wrong.append((measure, mart, column))
    assert wrong == []


def test_no_personal_data_in_the_marts(demo):
    columns = demo.execute(
        "select table_name, column_name from duckdb_columns() where schema_name in ('marts', 'quality')"
        " and column_name in ('email', 'phone', 'name', 'customer_name', 'web_client_id')"
    ).fetchall()
    assert [
        c for c in columns if c != ("visit_events", "web_client_id") and c != ("fct_web_sessions", "web_client_id")
    ] == []


def test_formulas_worked_by_hand(demo, tmp_path):
    # the unit tests read the types of their inputs from a built warehouse; they get a copy, so that nobody waits for a lock
    shutil.copy(file_of(demo), tmp_path / "kpi.duckdb")
    done = run_dbt(tmp_path, "test", "--selector", "code", **as_read(demo))
    assert done.returncode == 0, done.stdout[-6000:]
    assert int(re.search(r"PASS=(\d+)", done.stdout).group(1)) > 200


def test_docs_page_is_made(tmp_path):
    done = run_dbt(tmp_path, "docs", "generate", "--static", DBT_WRITE_JSON="true")
    assert done.returncode == 0, done.stdout[-3000:]
    page = (tmp_path / "target" / "static_index.html").read_text(encoding="utf-8")
    assert "kpi_values" in page and len(page) > 1_000_000


def nodes(plan):
    """All operators of a query plan."""
    for node in plan:
        yield node["name"]
        yield from nodes(node["children"])


def test_no_model_compares_every_row_with_every_other(demo):
    """A join that the engine can only do row by row takes a hundred times as long on ten times the data."""
    for function, answer in (("contact_values(a, b, c)", "[b]"), ("contact_identifier(a)", "a")):
        demo.execute(
            f"create or replace temp macro {function} as {answer}"
        )  # functions of Python, which the plugin registers
    built = file_of(demo).parent
    slow = set()
    for path in (built / "target" / "compiled").rglob("models/**/*.sql"):
        if path.parent.suffix == ".yml":
            continue  # a test
        plan = json.loads(demo.execute(f"explain (format json) {path.read_text('utf-8')}").fetchone()[1])
        if {"BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN"} & set(nodes(plan)):
            slow.add(path.stem)
    assert slow == SHORT_LISTS
