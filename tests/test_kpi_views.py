"""The narrow views of kpi_values: one for each grain and dimension, in which no total stands beside its parts."""

import re

import duckdb
import pytest
import yaml

from tests.warehouse import PROJECT, run_dbt

GRAINS = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]["kpi_views"]
MEMBER = ["dimension_key", "dimension_value", "dimension_name_ru", "dimension_name_en"]


def views_of(warehouse: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """The views that are there, each with its grain and its dimension."""
    names = warehouse.execute(
        "select view_name from duckdb_views() where schema_name = 'marts' and view_name like 'kpi\\_%' escape '\\'"
    ).fetchall()
    grains = {view: grain for grain, view in GRAINS.items()}
    parts = {name: name.partition("_by_") for (name,) in names}
    return {name: (grains[view], dimension or "all") for name, (view, _, dimension) in parts.items()}


def test_every_grain_and_dimension_has_a_view(demo):
    slices = demo.execute("select distinct period_grain, dimension from marts.kpi_values").fetchall()
    named = " ".join(
        d
        for (d,) in demo.execute("select dimensions from marts.kpi_catalogue where dimensions <> 'any'").fetchall()
        if d
    )
    expected = {(grain, dimension) for grain in GRAINS for dimension in ["all", *named.split()]} | set(slices)
    assert sorted(views_of(demo).values()) == sorted(expected) and len(expected) > 100


def test_a_row_is_a_period_a_kpi_and_a_member(demo):
    """Also a KPI's names, unit and kind are one."""
    twice = [
        view
        for view, (_, dimension) in views_of(demo).items()
        if demo.execute(
            f"select 1 from marts.{view} group by period_start, kpi_id{'' if dimension == 'all' else ', dimension_key'} having count(*) > 1"
        ).fetchall()
    ]
    assert twice == []


def test_the_views_together_are_kpi_values(demo):
    """Every row of kpi_values stands in one view, with all that it says."""
    said = [
        name
        for name, *_ in demo.execute("describe marts.kpi_values").fetchall()
        if name not in ("period_grain", "dimension", *MEMBER)
    ]
    fingerprint = "count(*), sum(hash({})::hugeint)"
    together = {}
    for dimension, columns in (("= 'all'", said), ("<> 'all'", said + MEMBER)):
        for grain, name, *told in demo.execute(
            f"select period_grain, dimension, {fingerprint.format(', '.join(columns))}"
            f" from marts.kpi_values where dimension {dimension} group by all"
        ).fetchall():
            together[grain, name] = told
    for view, slice_ in views_of(demo).items():
        columns = said if slice_[1] == "all" else said + MEMBER
        told = demo.execute(f"select {fingerprint.format(', '.join(columns))} from marts.{view}").fetchone()
        assert list(told) == together.get(slice_, [0, None]), view


def test_a_sum_over_a_view_is_a_total(demo):
    """What a BI tool does: the sum of a KPI that adds up is, by month and by channel, the year's own value."""
    year = "period_start between date '2025-01-01' and date '2025-12-31' and kpi_id = 'leads_new'"
    (own,) = demo.execute(f"select value from marts.kpi_yearly where {year}").fetchone()
    assert own > 100
    for view in ("kpi_monthly", "kpi_daily", "kpi_monthly_by_channel", "kpi_quarterly_by_manager"):
        assert demo.execute(f"select sum(value) from marts.{view} where {year}").fetchone() == (own,), view


def test_views_and_their_columns_are_described(demo):
    views = views_of(demo)
    bare = demo.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and comment is null"
    ).fetchall()
    assert [column for column in bare if column[0] in views] == []
    comments = dict(
        demo.execute("select view_name, comment from duckdb_views() where schema_name = 'marts'").fetchall()
    )
    assert [view for view in views if "grain: period_start, kpi_id" not in (comments[view] or "")] == []


@pytest.fixture
def small(tmp_path):
    """The scorecard's own parents, of one KPI that is told by any dimension and one that nothing is known of."""
    (tmp_path / "raw").mkdir()
    with duckdb.connect(str(tmp_path / "kpi.duckdb")) as made:
        made.execute("create schema reference; create schema intermediate; create schema marts")
        made.execute(
            "create table marts.dimension_members as"
            " select 'colour' as dimension, 'colour' as dimension_key, 3::bigint as member_rank"
        )
        made.execute(
            "create table marts.dim_period as"
            " select 'day' as period_grain, date '2026-01-01' as period_start, '2026-01-01' as period_name"
        )
        for seed, name in (("seed_kpi_catalogue", "kpi_definitions"), ("seed_measures", "measure_kinds")):
            made.execute(
                f"create table reference.{name} as from read_csv('{PROJECT}/seeds/{seed}.csv', all_varchar = true)"
            )
        made.execute(
            "delete from reference.kpi_definitions where kpi_id not in ('leads_new', 'revenue');"
            "alter table reference.kpi_definitions alter scale type double;"
            "update reference.kpi_definitions set dimensions = if(kpi_id = 'revenue', 'any', 'shelf');"
            "create table intermediate.metric_comparisons as select 'revenue' as figure_id, false as is_supporting, 'day' as period_grain,"
            " date '2026-01-01' as period_start, true as is_complete, d as dimension, d as dimension_key, d as dimension_value,"
            " d as dimension_name_ru, d as dimension_name_en, 1::double as value, 1::double as numerator, null::double as denominator,"
            " null::double as cases, null::varchar as mark, null::varchar as mark_ru, null::varchar as mark_en,"
            " null::double as previous_value, null::double as year_ago_value, null::double as target_value"
            " from (values ('all'), ('colour')) as of_dimension(d)"
        )
    return tmp_path


def test_a_new_dimension_brings_its_views_and_takes_them_away(small):
    """One of the catalogue has no values yet, another has them by a KPI of any dimension; views of others are nobody's any more."""
    for change, dimensions in (
        ("select 1", ["all", "colour", "shelf"]),
        (
            "update reference.kpi_definitions set dimensions = 'colour floor' where kpi_id = 'leads_new'",
            ["all", "colour", "floor"],
        ),
    ):
        with duckdb.connect(str(small / "kpi.duckdb")) as made:
            made.execute(change)
        done = run_dbt(
            small,
            "run",
            "--select",
            "kpi_catalogue",
            "kpi_values",
            KPI_RAW_ROOT=str(small / "raw"),
            KPI_AS_OF="2026-02-01",
        )
        assert done.returncode == 0, done.stdout[-3000:]
        with duckdb.connect(str(small / "kpi.duckdb"), read_only=True) as built:
            assert sorted(views_of(built).values()) == sorted((grain, one) for grain in GRAINS for one in dimensions)
            assert built.execute(
                "select dimension_key, value, member_rank from marts.kpi_daily_by_colour"
            ).fetchall() == [("colour", 1, 3)]


def test_a_column_of_another_type_breaks_the_contract(small):
    """What differs is told in dbt's own words."""
    with duckdb.connect(str(small / "kpi.duckdb")) as made:
        made.execute("alter table intermediate.metric_comparisons alter mark type date using null")
    settings = {"KPI_RAW_ROOT": str(small / "raw"), "KPI_AS_OF": "2026-02-01"}
    done = run_dbt(small, "run", "--select", "kpi_values", **settings)
    assert done.returncode == 1 and re.search(r"\| mark +\| DATE +\| VARCHAR +\| data type mismatch", done.stdout), (
        done.stdout[-3000:]
    )
