"""From a figure to its records: what they make is the figure, everywhere."""

import duckdb
import pytest

from flows import records
from flows.base.errors import ConfigError

TOLERANCE = 1e-6
WHERE_THEY_DIFFER = """
    with made as (
        select dimension, dimension_key, period_start, made from ({made})
    ),
    told as (
        select dimension, dimension_key, period_start, value from month_told
        where measure = '{name}' and dimension in ('{dimensions}')
    )
    select '{name}', * from told full join made using (dimension, dimension_key, period_start)
    where abs(coalesce(value, 0) - coalesce(made, 0)) > {tolerance} * greatest(1, abs(coalesce(value, 0)))
    order by all limit 3
"""


def _made(counted: records.Measure, dimension: str) -> str:
    member = "'all'" if dimension == "all" else records.member_of(dimension)
    return f"""select '{dimension}' as dimension, {member} as dimension_key, periods.period_start, {counted.total} as made
        from {counted.rows(dimension)} and periods.period_grain = 'month' group by all"""


def differences(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Where the records of a measure do not make its value, in any month and slice that its mart tells."""
    found = []
    subjects = "show tables from intermediate"
    told = " union all ".join(
        f"from intermediate.{name} where period_grain = 'month'"
        for (name,) in connection.execute(subjects).fetchall()
        if name.startswith("measures_")
    )
    connection.execute(f"create or replace temp table month_told as {told}")
    sliced = dict(
        connection.execute("select measure, array_agg(distinct dimension) from month_told group by 1").fetchall()
    )
    for name, dimensions in sliced.items():
        counted = records.measure(name)
        if counted:
            told = [one for one in dimensions if one == "all" or one in counted.columns]
            query = WHERE_THEY_DIFFER.format(
                made=" union all ".join(_made(counted, one) for one in told),
                name=name, dimensions="', '".join(told), tolerance=TOLERANCE,
            )  # fmt: skip
            found += connection.execute(query).fetchall()
    return found


def test_records_make_their_measure_in_every_month_and_slice(demo):
    """Each measure of which records are told, summed, counted or taken as a median anew from its mart's rows."""
    assert differences(demo) == []
    told = [name for name in records.measures() if records.measure(name)]
    assert len(told) > 0.8 * len(records.measures())


@pytest.mark.parametrize(
    ("figure", "sliced"),
    [("win_rate", "channel=seo"), ("aov", None), ("response_time_minutes", None), ("mrr", None)],
)
def test_what_is_printed_makes_the_figure(demo, figure, sliced):
    """Numerator and denominator are those of kpi_values, and the rows printed are as many and as much."""
    for part, counted, rows, made, value in records.behind(demo, figure, "2026-04", sliced):
        assert float(made) == pytest.approx(value, rel=TOLERANCE), part
        if "quantile" not in counted.total:
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
        """)
        rows = records.records(connection, records.measure("deals_won"), "month", "2026-04-01", "all", "all")
    assert [(record.split()[0], url, adds) for _, record, url, adds in rows] == [
        ("d:1", "https://crm/1", 1),
        ("d:2", None, 1),
    ]


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
