"""What `kpi status` tells of a build that failed."""

import duckdb
import pytest

from flows.intake.status import Warehouse, _old_figures


@pytest.mark.parametrize(
    "models, told",
    [
        (None, None),  # built before such a table was kept
        ([], None),
        (
            ["kpi_values", "kpi_values", "report_daily"],
            "the last build failed, and did not make kpi_values, report_daily",
        ),
        (["kpi_values", ""], "the last build did not come to its end"),
    ],
)
def test_figures_of_an_earlier_build_are_told(tmp_path, models, told):
    path = tmp_path / "kpi.duckdb"
    with duckdb.connect(str(path)) as built:
        built.execute("create schema raw_views")
        if models is not None:
            built.execute("create table raw_views.old_models (model varchar)")
        for model in models or ():
            built.execute("insert into raw_views.old_models values (?)", [model])
    found = _old_figures(Warehouse(path))
    assert found is None if told is None else told in found
