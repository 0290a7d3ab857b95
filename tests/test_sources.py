"""Sources that are empty or off: the rest still builds."""

import pytest

from tests.warehouse import PROJECT, build, run_dbt


@pytest.mark.parametrize("on", ["bitrix_shop, yandex_direct", "amocrm"])
def test_a_build_reads_the_sources_that_are_named(tmp_path, on):
    (tmp_path / "raw").mkdir()
    only_models = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    settings = {"KPI_RAW_ROOT": str(tmp_path / "raw"), "KPI_SOURCES": on}
    with build(tmp_path / "built", *only_models, **settings) as warehouse:
        assert warehouse.execute("select count(*) from marts.kpi_values").fetchone() == (0,)
        listed = len((PROJECT / "seeds" / "seed_kpi_catalogue.csv").read_text("utf-8").splitlines()) - 1
        assert warehouse.execute("select count(*) from marts.kpi_catalogue").fetchone() == (listed,)
        built = warehouse.execute(
            "select distinct table_name from duckdb_tables() where schema_name = 'staging'"
        ).fetchall()
        assert {table.split("__")[0].split("_", 1)[1] for (table,) in built} == {*on.split(", "), "control"}


def test_a_source_that_does_not_exist_is_named(tmp_path):
    done = run_dbt(tmp_path, "parse", KPI_SOURCES="bitrix24 amcrm")
    assert done.returncode != 0 and "KPI_SOURCES names amcrm" in done.stdout
