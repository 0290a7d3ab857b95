"""What changed between two published versions: nothing for the same raw, and one late order with exactly its own difference."""

import duckdb
import pytest
import yaml

from flows import restatements
from flows.publish import Version, publish, rollback
from tests.warehouse import PROJECT

ORDERS = [("O1", "2026-05-04", "seo", 100), ("O2", "2026-05-20", None, 40.5), ("O3", "2026-06-29", "seo", 7)]
PERIODS = [("month", "2026-05-01", "2026-05-31"), ("year", "2026-01-01", "2026-12-31")]
TYPES = {"string": "varchar"}


def declared() -> dict[str, dict[str, str]]:
    """The columns of both tables, as the models' YAML has them."""
    told = yaml.safe_load((PROJECT / "models/quality/_restatements.yml").read_text("utf-8"))["models"]
    return {one["name"]: {c["name"]: TYPES.get(c["data_type"], c["data_type"]) for c in one["columns"]} for one in told}


@pytest.fixture
def put(tmp_path):
    """Publishes a small company of some orders (id, day, channel, amount), as of the 30th of June 2026: May is closed, the year is running."""
    nights = []

    def one(orders, marks=(), **facts):
        nights.append(tmp_path / f"night {len(nights)}.duckdb")
        with duckdb.connect(str(nights[-1])) as built:
            run = built.execute
            run("create schema marts")
            for table, columns in declared().items():
                run(f"create table marts.{table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
            run(
                "create table marts.kpi_catalogue as from (values ('revenue', 'Доход', 'Revenue', 'money', 'flow', 'revenue', null),"
                " ('aov', 'Чек', 'AOV', 'money', 'ratio', 'revenue', 'sales_count'),"
                " ('buyers', 'Покупатели', 'Buyers', 'count', 'distinct', 'sales_count', null))"
                " as given (kpi_id, name_ru, name_en, unit, kind, numerator, denominator)"
            )
            run(
                "create table marts.sales_events (event_date date, event_id varchar, sale_id varchar, sold_sale_id varchar, channel varchar,"
                " revenue decimal(18, 2))"
            )
            run("create table marts.fct_sales as select 'LATE' as sale_id, 'https://shop/LATE' as record_url")
            for order, day, channel, amount in orders:
                run(
                    "insert into marts.sales_events values ($2, 'order:' || $1, $1, $1, $3, $4)",
                    [order, day, channel, amount],
                )
            run(
                "create table marts.dim_period (period_grain varchar, period_start date, period_end date, is_complete boolean)"
            )
            for grain, start, end in PERIODS:
                run("insert into marts.dim_period values ($1, $2, $3, $3 < '2026-06-30')", [grain, start, end])
            run("create table marts.periods as from marts.dim_period")
            run(
                """
                create table marts.kpi_values as
                with sliced as (
                    select *, unnest(['all', 'channel']) as dimension, unnest(['all', coalesce(channel, '(unknown)')]) as dimension_key
                    from marts.sales_events join marts.dim_period on event_date between period_start and period_end
                )
                select unnest(['revenue', 'aov', 'buyers']) as kpi_id, period_grain, period_start, dimension, dimension_key, is_complete,
                    cast(unnest([sum(revenue), sum(revenue) / count(*), count(*)]) as double) as value, null::varchar as mark
                from sliced group by all
                """
            )
            for kpi in marks:
                run("update marts.kpi_values set mark = 'unripe' where kpi_id = ?", [kpi])
        version = Version(tmp_path / "published", nights[-1], facts)
        publish(version)
        return version

    one.published = tmp_path / "published"
    return one


def shown(published, query: str) -> list[tuple]:
    with duckdb.connect(str(published / "kpi.duckdb"), read_only=True) as reader:
        return reader.execute(query).fetchall()


FIGURES = (
    "select kpi_id, dimension, dimension_key, value_before, value_now, change from marts.kpi_restatements order by all"
)
RECORDS = (
    "select dimension, dimension_key, record, what, records, amount_before, amount_now, change from marts.kpi_restatement_records"
    " where kpi_id = 'revenue' and part = 'numerator' order by dimension, dimension_key, position"
)
OF_OTHERS = RECORDS.replace("kpi_id = 'revenue' and part = 'numerator'", "kpi_id = '{}' and part = '{}'")


def test_the_same_raw_twice_moves_nothing(put):
    assert put(ORDERS).restated is None  # there is nothing before it
    assert put(ORDERS[::-1]).restated == restatements.Restated(0, None)
    assert shown(put.published, FIGURES) == shown(put.published, RECORDS) == []


def test_a_late_order_moves_exactly_what_it_is_worth_and_goes_back_with_its_version(put):
    """May had 140.50 of 2 orders, a mean of 70.25; 59.50 more of a third one make 200 and 66.67. June and the year are not closed."""
    put(ORDERS)
    late = put([*ORDERS, ("LATE", "2026-05-31", "email", 59.5)])
    assert shown(put.published, FIGURES) == [
        ("aov", "all", "all", 70.25, pytest.approx(200 / 3), pytest.approx(200 / 3 - 70.25)),
        ("aov", "channel", "email", None, 59.5, None),
        ("buyers", "all", "all", 2, 3, 1),
        ("buyers", "channel", "email", None, 1, None),
        ("revenue", "all", "all", 140.5, 200, 59.5),
        ("revenue", "channel", "email", None, 59.5, 59.5),
    ]
    order = ("order:LATE", "new", 1, 0, 59.5, 59.5)
    assert shown(put.published, RECORDS) == [("all", "all", *order), ("channel", "email", *order)]
    assert late.restated.figures == 6 and late.restated.largest["name_en"] == "Revenue"
    assert shown(put.published, OF_OTHERS.format("aov", "numerator")) == shown(put.published, RECORDS)
    for counted in (
        OF_OTHERS.format("aov", "denominator"),
        OF_OTHERS.format("buyers", "numerator"),
    ):  # a value that counts once
        once = ("LATE", "new", 1, 0, 1, 1)
        assert shown(put.published, counted) == [("all", "all", *once), ("channel", "email", *once)]
    addresses = "select distinct record_url from marts.kpi_restatement_records"
    assert shown(put.published, addresses) == [("https://shop/LATE",)]
    parquet = f"select count(*) from '{put.published}/parquet/kpi_restatement_records.parquet'"
    assert shown(put.published, parquet) == [(8,)]  # two of revenue, of buyers and of either part of aov
    put(ORDERS)  # it goes again, and the history stays
    assert shown(put.published, FIGURES.replace("order by", "where change = -59.5 order by")) == [
        ("revenue", "all", "all", 200, 140.5, -59.5),
        ("revenue", "channel", "email", 59.5, None, -59.5),
    ]
    assert len(shown(put.published, FIGURES)) == 12
    rollback(put.published)
    assert len(shown(put.published, FIGURES)) == 6
    rollback(put.published)
    assert shown(put.published, FIGURES) == []


def test_gone_and_changed_records_and_those_beyond_the_limit(put, monkeypatch):
    """O1 passes to another channel, O2 goes, O4 to O6 come: by size 40.5, 30, 20, 10, of which two are named."""
    monkeypatch.setenv("KPI_RESTATEMENT_RECORDS", "2")
    monkeypatch.setenv("KPI_RESTATEMENT_DIMENSIONS", "all channel team")
    put(ORDERS, code={"sha256": "a"})
    new = [(f"O{number}", "2026-05-05", "ads", amount) for number, amount in ((4, 10), (5, 30), (6, 20))]
    put([("O1", "2026-05-04", "ads", 100), ORDERS[2], *new], ["buyers"], code={"sha256": "b"})
    assert shown(put.published, RECORDS) == [
        ("all", "all", "order:O2", "gone", 1, 40.5, 0, -40.5),
        ("all", "all", "order:O5", "new", 1, 0, 30, 30),
        ("all", "all", None, "others", 2, 0, 30, 30),
        ("channel", "(unknown)", "order:O2", "gone", 1, 40.5, 0, -40.5),
        ("channel", "ads", "order:O1", "changed", 1, 0, 100, 100),
        ("channel", "ads", "order:O5", "new", 1, 0, 30, 30),
        ("channel", "ads", None, "others", 2, 0, 30, 30),
        ("channel", "seo", "order:O1", "changed", 1, 100, 0, -100),
    ]
    assert shown(put.published, "select distinct is_code_changed from marts.kpi_restatements") == [(True,)]
    monkeypatch.setenv("KPI_RESTATEMENT_ROWS", "14")  # of which one night adds two
    before = len(shown(put.published, FIGURES))
    restated = put(ORDERS).restated  # `buyers` was not ripe in the version before: it was never settled
    newest = "select kpi_id, dimension, value_now from marts.kpi_restatements order by rowid desc limit 2"
    assert sorted(shown(put.published, newest)) == [("aov", "all", 70.25), ("revenue", "all", 140.5)]
    assert restated.figures > 2 and before == 12 and len(shown(put.published, FIGURES)) == 14
    put([])
    assert len(shown(put.published, FIGURES)) == 14  # the oldest went
    assert len(shown(put.published, "select 1 from marts.kpi_restatement_records")) <= 14


def test_what_cannot_be_compared_keeps_no_figures_from_bi_and_no_history_is_lost(put, monkeypatch):
    put(ORDERS)
    put(ORDERS[:1])
    figures = len(shown(put.published, FIGURES))

    def broken(*arguments):
        raise duckdb.BinderException("no such column")

    monkeypatch.setattr(restatements, "_compare", broken)
    last = put(ORDERS)
    assert not last.is_compared and last.restated is None
    assert len(shown(put.published, FIGURES)) == figures == last.tables["kpi_restatements"]
