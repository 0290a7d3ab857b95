"""From a figure to its records: what they make is the figure, everywhere."""

import re
from collections.abc import Iterator

import duckdb
import pytest

from flows import measures, records
from flows.base.errors import ConfigError
from flows.base.sql import listed

TOLERANCE = 1e-6
# What numerator and denominator of each figure are, by measure.
TOLD = """
    create or replace temp table told as
    with figures as (
        select kpi_id as figure_id, * exclude kpi_id from marts.kpi_values
        union all by name select companion_id as figure_id, * exclude companion_id from marts.kpi_companions
    ),
    parts as (
        select
            unnest([definitions.numerator, definitions.denominator]) as measure, period_grain, period_start, dimension, dimension_key,
            unnest([figures.numerator, figures.denominator]) as value
        from figures inner join marts.kpi_definitions as definitions on figures.figure_id = definitions.figure_id
    )
    select distinct * from parts where measure in (select measure from reference.measure_kinds)
"""
# A cell is looked at where the measure is told by its dimension at all: a share of what was lost has reasons, and its denominator has none.
WHERE_THEY_DIFFER = """
    with made as (
        select dimension, dimension_key, period_grain, period_start, sum(made) as made from ({made}) group by all
    ),
    mine as (
        select * exclude measure from told where measure = '{name}' and dimension in ({dimensions})
    ),
    kept as (
        select distinct dimension, period_grain from mine where value <> 0
    )
    select '{name}', * from (from mine semi join kept using (dimension, period_grain)) as mine
    full join (from made semi join kept using (dimension, period_grain)) as made
        using (dimension, dimension_key, period_grain, period_start)
    where abs(coalesce(value, 0) - coalesce(made, 0)) > greatest({rounding}, {tolerance} * greatest(1, abs(coalesce(value, 0)))) and {looked_at}
    order by all limit 3
"""
# Slices whose records a measure's mart does not tell, and why.
OTHER_ROWS = {
    ("customers_average", "product_group"): "customers of a product group are counted in product_group_customers",
    ("customers_average", "sale_kind"): "customers of a kind of sale are counted in product_group_customers",
    ("materials_available", "team"): "every team at work has the whole set before it",
    ("mrr", "movement"): "by movement it is the change of the period, of mrr_movements",
    ("visitors", "goal"): "every visitor might have reached every goal",
    ("visitors_converted", "goal"): "visitors of a goal are counted in goal_events",
}


def _made(rows: measures.Rows, dimensions: dict[str, list[str]]) -> Iterator[str]:
    """The numbers that rows make by period and member; sums are taken by day first, which is many times cheaper and the same."""
    counts_days = set(re.findall(r"mart\.\w+", rows.days)) == {rows.day}
    by_day = rows.total.startswith("sum(") and "periods." not in rows.adds and counts_days
    for one, grains in dimensions.items():
        place = f"'{one}' as dimension, {rows.member(one)} as dimension_key"
        if by_day:
            day = rows.day.removeprefix("mart.")
            source = f"marts.{rows.mart} as mart where {rows.condition(one)} and {rows.adds} <> 0"
            daily = f"(select {place}, {rows.day} as {day}, sum({rows.adds}) as adds from {source} group by all)"
            selected, source = (
                "mart.dimension, mart.dimension_key, sum(mart.adds)",
                f"{rows.source(mart=daily)} where true",
            )
        else:
            selected, source = f"{place}, {rows.total}", f"{rows.source()} where {rows.condition(one)}"
        yield (
            f"select {selected} * any_value({rows.times}) as made, periods.period_grain, periods.period_start"
            f" from {source} and periods.period_grain in ({listed(grains)}) group by all"
        )


def differences(connection: duckdb.DuckDBPyConnection) -> tuple[list[tuple], set[tuple[str, str]], set[str]]:
    """Where the records of a measure do not make the numerator or denominator of a figure, in any period and slice; the slices that
    a measure's records do not tell; and the measures that have none."""
    connection.execute(TOLD)
    found, slices, without = [], set(), set()
    sliced: dict[str, dict[str, list[str]]] = {}
    query = (
        "select measure, dimension, list(distinct period_grain) from told where value <> 0 group by 1, 2 order by 1, 2"
    )
    for name, dimension, grains in connection.execute(query).fetchall():
        sliced.setdefault(name, {})[dimension] = grains
    for name, dimensions in sliced.items():
        counted = measures.measure(name)
        if counted is None:
            without.add(name)
            continue
        slices |= {(name, one) for one in dimensions if not counted.tells(one)}
        told = {one: grains for one, grains in dimensions.items() if counted.tells(one)}
        query = WHERE_THEY_DIFFER.format(
            made=" union all by name ".join(query for rows in counted.parts for query in _made(rows, told)),
            name=name, dimensions=listed(told), tolerance=TOLERANCE, rounding=counted.rounding, looked_at="value <> 0" if counted.where_known else "true",
        )  # fmt: skip
        found += connection.execute(query).fetchall()
    return found, slices, without


def test_records_make_every_figure_in_every_period_and_slice(demo):
    """Numerators and denominators of all KPIs and supporting metrics, summed, counted or taken as a median anew from the marts' rows."""
    found, slices, without = differences(demo)
    assert found == []
    assert slices == set(OTHER_ROWS)
    assert {measures.measures()[name]["counted_as"] for name in without} <= set(measures.UNTOLD)


def test_each_measure_has_records_or_a_reason():
    told = {name for name in measures.measures() if measures.measure(name)}
    assert {row["counted_as"] for name, row in measures.measures().items() if name not in told} == set(measures.UNTOLD)
    assert len(told) > 0.9 * len(measures.measures())


@pytest.mark.parametrize(
    ("figure", "sliced"),
    [("win_rate", "channel=seo"), ("aov", None), ("response_time_minutes", None), ("mrr", None)],
)
def test_what_is_printed_makes_the_figure(demo, figure, sliced):
    """Numerator and denominator are those of kpi_values, and the rows printed are as many and as much."""
    for part, counted, rows, made, value in records.behind(demo, figure, "2026-04", sliced):
        assert float(made) == pytest.approx(value, rel=TOLERANCE), part
        if not counted.parts[0].is_percentile:
            assert sum(float(row[-1]) for row in rows) == pytest.approx(value, rel=TOLERANCE), part


def test_a_record_has_the_address_of_its_source():
    """Of two deals won in April and one in May, April's are told with the addresses that fct_deals knows."""
    with duckdb.connect() as connection:
        connection.execute("""
            create schema marts;
            create table marts.periods as select 'month' as period_grain, date '2026-04-01' as period_start, date '2026-04-30' as period_end;
            create table marts.deal_events as from (values
                (date '2026-04-02', 'won', 'd:1', 1), (date '2026-04-03', 'won', 'd:2', 1), (date '2026-05-01', 'won', 'd:3', 1)
            ) as rows (event_date, event, deal_id, deals_won);
            create table marts.fct_deals as select 'd:1' as deal_id, 'https://crm/1' as record_url;
            create table marts.kpi_definitions as from (values ('deals_won', 'all', 'deals_won', null), ('aov', 'all', 'revenue', 'sales_priced'))
                as rows (figure_id, dimensions, numerator, denominator);
        """)
        connection.execute(records.contributors(connection))  # of tables that are there: nothing is told of sales
        for_bi = (
            "select record, record_url, adds from marts.kpi_contributors('deals_won', 'month', '2026-04-01') order by 1"
        )
        assert connection.execute(for_bi).fetchall() == [("d:1", "https://crm/1", 1), ("d:2", None, 1)]
        rows = records.records(connection, measures.measure("deals_won"), "month", "2026-04-01", "all", "all")
    assert [(record.split()[0], url, adds) for _, record, url, adds in rows] == [
        ("d:1", "https://crm/1", 1),
        ("d:2", None, 1),
    ]


def test_bi_is_told_the_same_records(demo):
    """The table macro of the published file, for figures counted in each way, whole and sliced."""
    demo.execute(records.contributors(demo).replace("macro marts.kpi_contributors", "temp macro kpi_contributors"))
    for figure, sliced in [
        ("win_rate", "channel=seo"),
        ("aov", None),
        ("response_time_minutes_median", None),
        ("retention_rate", None),
    ]:
        told = [
            (part, counted.name, *row[:-1], float(row[-1]))
            for part, counted, rows, _, _ in records.behind(demo, figure, "2026-04", sliced)
            for row in rows
        ]
        member = ", '{}', '{}'".format(*sliced.split("=")) if sliced else ""
        found = demo.execute(f"from kpi_contributors('{figure}', 'month', '2026-04-01'{member})").fetchall()
        assert sorted(map(str, found)) == sorted(map(str, told)) and told


@pytest.mark.parametrize(
    ("figure", "period", "sliced", "words"),
    [
        ("win_rat", "2026-04", None, "There is no KPI win_rat; near to it are win_rate"),
        ("win_rate", "2031-04", None, "The data have no month 2031-04; near to it are 2026-06"),
        ("win_rate", "April", None, "April is no period"),
        ("win_rate", "2026-04", "chanel=seo", "win_rate has no slices by chanel; near to it are channel"),
        ("win_rate", "2026-04", "channel=se", "win_rate has no channel se; near to it are seo"),
    ],
)
def test_a_wrong_word_is_told_with_those_near_to_it(demo, figure, period, sliced, words):
    with pytest.raises(ConfigError, match=words):
        list(records.behind(demo, figure, period, sliced))
