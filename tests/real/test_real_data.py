"""The warehouse built on public data sets gives the figures that pandas gives on the original files."""

import pandas as pd
import pytest
from real.checks import BUILDS, CHECKS, EXAMPLES, Check, Example, build_of
from real.compare import differences
from real.expected import ads_campaigns, retail_cohorts
from real.originals import ADS_DAY, missing
from real.warehouse import Warehouse, build

if missing():
    pytest.skip(missing(), allow_module_level=True)

COHORTS = """
select
    cast(cohort_month as timestamp) as cohort_month, months_since, cohort_size, active_customers,
    cast(retention_rate as double) as retention_rate, cast(revenue as double) as revenue
from marts.retention_cohorts
"""


@pytest.fixture(scope="module")
def warehouse_of(tmp_path_factory):
    """The warehouse of a build by its name; each is built once, when it is first asked for."""
    built: dict[str, Warehouse] = {}

    def get(name: str) -> Warehouse:
        if name not in built:
            built[name] = build(tmp_path_factory.mktemp(name), *BUILDS[name])
        return built[name]

    return get


@pytest.mark.parametrize("name", BUILDS)
def test_build_passes(warehouse_of, name: str):
    """Every model and every data test passes on real data."""
    warehouse = warehouse_of(name)
    assert warehouse.exit_code == 0, warehouse.output[-6000:]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_figures(warehouse_of, check: Check):
    """A KPI, in all its periods and keys, is what pandas says."""
    warehouse = warehouse_of(build_of(check.data_set))
    for grain in check.grains:
        found = warehouse.figures(check.kpi_id, grain, check.dimension)
        assert not found.empty, f"no {check.kpi_id} by {check.dimension} and {grain}"
        wrong = differences(found, check.figures(grain), check.other_keys)
        assert wrong.empty, f"{check.name} by {grain}: {len(wrong)} differ\n{wrong.head(12).to_string()}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda x: f"{x.data_set}-{x.kpi_id}-{x.dimension}-{x.period_start}")
def test_example_worked_by_hand(warehouse_of, example: Example):
    """A figure that was worked out from a few rows on paper."""
    figures = warehouse_of(build_of(example.data_set)).figures(example.kpi_id, example.grain, example.dimension)
    assert figures.value[(pd.Timestamp(example.period_start), example.key)] == pytest.approx(example.value, abs=1e-5)


def test_cohorts(warehouse_of):
    """Customers by month of their first purchase and months since, exactly; a month without a purchase has none."""
    found = warehouse_of("retail").query(COHORTS).set_index(["cohort_month", "months_since"]).sort_index()
    both = found.join(retail_cohorts(), how="outer", suffixes=("", "_wanted"))
    assert both.active_customers.fillna(0).eq(both.active_customers_wanted.fillna(0)).all()
    both = both.dropna(subset="cohort_size_wanted")
    assert both.cohort_size.eq(both.cohort_size_wanted).all()
    assert (both.retention_rate - both.active_customers_wanted / both.cohort_size_wanted).abs().max() < 1e-6
    assert (both.revenue - both.revenue_wanted).abs().max() < 0.005
    assert found.xs(0, level="months_since").cohort_size.sum() == 4312


def test_unfinished_periods_are_marked(warehouse_of):
    """The data ends on 9 December 2010: November is complete, December and the year are not."""
    warehouse = warehouse_of("retail")
    months, years = (
        warehouse.figures("revenue", grain, "all").droplevel("key").is_complete for grain in ("month", "year")
    )
    assert months["2010-11-01"] and not months["2010-12-01"] and not years["2010-01-01"]


def test_declared_revenue_is_not_revenue(warehouse_of):
    """Olist's sellers say what they earn, not what their contract is worth: wins without an amount have no revenue."""
    found = warehouse_of("olist").figures("revenue", "year", "all")
    assert found.value.fillna(0).eq(0).all()


def test_claimed_conversions_are_not_buyers(warehouse_of):
    """The platform claims 1 079 approved conversions; no buyer is known, so there is no CPA, least of all that one."""
    assert ads_campaigns().approved["all"] == 1079
    found = warehouse_of("maven").figures("cpa", "month", "all")
    month = pd.Timestamp(ADS_DAY).replace(day=1)
    assert found.value[found.index.get_level_values("period_start") == month].isna().all()


REJECTED = {
    "olist": {},
    "maven": {("deals", "created_at: required, but empty"): 500},
    "retail": {("refunds", "amount: negative, a refund is given as a positive amount"): 1},
}


@pytest.mark.parametrize("name", BUILDS)
def test_rejected_rows_are_the_known_ones(warehouse_of, name: str):
    """Opportunities without a date and the refund below nothing are rejected by name; not a row of the rest is."""
    found = warehouse_of(name).query("select table_name, reason from quality.rejected_rows")
    assert found.value_counts().to_dict() == REJECTED[name]


@pytest.mark.parametrize("name", BUILDS)
def test_every_raw_row_is_accounted_for(warehouse_of, name: str):
    """All tables tie out, and what was read is what the adapters wrote."""
    warehouse = warehouse_of(name)
    found = warehouse.query("select * from marts.source_tie_out where raw_rows > 0")
    assert found.is_tied_out.all()
    assert found.set_index("table_name").raw_rows.to_dict() == warehouse.rows_written()
