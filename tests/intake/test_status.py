"""What `kpi status` tells of a build that failed."""

import duckdb

from flows.intake.status import Warehouse, _old_figures


def test_figures_of_an_earlier_build_are_told(tmp_path):
    path = tmp_path / "kpi.duckdb"
    with duckdb.connect(str(path)) as built:
        built.execute("create schema raw_views")
        built.execute("create table raw_views.old_models (model varchar)")
    assert _old_figures(Warehouse(path)) is None
    with duckdb.connect(str(path)) as built:
        built.execute("insert into raw_views.old_models values ('kpi_values'), ('kpi_values'), ('report_daily')")
    assert "the last build failed, and did not make kpi_values, report_daily" in _old_figures(Warehouse(path))
    with duckdb.connect(str(path)) as built:
        built.execute("insert into raw_views.old_models values ('')")
    assert "the last build did not come to its end" in _old_figures(Warehouse(path))
