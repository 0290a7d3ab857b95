"""The demo company's marts against the answers its generator wrote before it planted the defects."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from tests.warehouse import PROJECT, as_read, build

ANSWERS = PROJECT / "demo" / "answers"
# worked out as a whole only
UNSLICED = {
    "cart_abandonment_rate",
    "collateral_usage_share",
    "customer_acquisition_rate",
    "sales_expense_ratio",
    "sales_tools_used",
    "yoy_growth",
}
OF_MARTS = {
    "ad_performance",
    "ad_budgets",
    "cohort_money",
    "customer_months",
    "product_classes",
    "touch_paths",
}  # the others tell the figures of KPIs
FAMILIES = sorted({p.name.removesuffix(".csv.gz") for p in ANSWERS.glob("*.csv.gz")} - OF_MARTS - {"as_of_2026-06-01"})

# Money to the kopeck, ratios to a millionth.  Pages are asked for by their path, the warehouse keeps the site's address before it.
COMPARED = """
with answers as (
    select
        kpi_id, period_grain, cast(period_start as date) as period_start, dimension, dimension_key, try_cast(value as double) as value
    from read_csv('{answers}', all_varchar = true)
    where dimension <> 'attributed_channel'
),

figures as (
    select kpi_id, period_grain, period_start, dimension, dimension_key, value from marts.kpi_values
    union all
    select companion_id, period_grain, period_start, dimension, dimension_key, value from marts.kpi_companions
),

named as (
    select
        * exclude (dimension_key),
        case
            when dimension in ('page', 'landing_page') then regexp_replace(dimension_key, '^https?://[^/]+', '') else dimension_key
        end as dimension_key
    from figures
)

select
    answers.*,
    named.value as figure
from answers
left join named using (kpi_id, period_grain, period_start, dimension, dimension_key)
where not coalesce(
    abs(answers.value - named.value) <= case when abs(answers.value) <= 5 then 2e-6 else 0.01 + 1e-6 * abs(answers.value) end,
    coalesce(answers.value, 0) = 0 and named.value is null
)
order by all
"""


def test_every_kpi_has_known_answers_whole_and_sliced():
    assert len(FAMILIES) == 8
    answered: dict[str, set[str]] = {}
    for family in FAMILIES:
        with gzip.open(ANSWERS / f"{family}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                answered.setdefault(row["kpi_id"], set()).add(row["dimension"])
    with (PROJECT / "seeds" / "seed_kpi_catalogue.csv").open(encoding="utf-8", newline="") as file:
        catalogue = {row["kpi_id"]: set(row["dimensions"].split()) for row in csv.DictReader(file)}
    assert len(catalogue) >= 102
    assert [kpi for kpi in catalogue if "all" not in answered.get(kpi, ())] == []
    assert {kpi for kpi, slices in catalogue.items() if slices and not slices & answered[kpi]} == UNSLICED


@pytest.mark.parametrize("family", FAMILIES)
def test_marts_give_the_known_answers(demo, family):
    wrong = demo.execute(COMPARED.format(answers=ANSWERS / f"{family}.csv.gz")).df()
    assert wrong.empty, f"{len(wrong)} figures differ\n{wrong.head(40).to_string()}"


def test_every_slice_of_a_figure_has_a_value_somewhere(demo):
    """A ratio by a dimension that its denominator does not have would never have one; nor has a promised dimension that no measure has.

    A figure that counts its cases counts them in each of its slices.
    """
    wrong = """
        with figures as (
            select kpi_id as figure_id, dimension, value, cases from marts.kpi_values
            union all
            select companion_id, dimension, value, cases from marts.kpi_companions
        ),
        promised as (
            select
                figure_id, cases is not null and kind in ('ratio', 'percentile') as is_counted,
                unnest(string_split('all ' || coalesce(dimensions, ''), ' ')) as dimension
            from marts.kpi_definitions
        )
        select coalesce(promised.figure_id, figures.figure_id), dimension
        from (select * from promised where dimension not in ('', 'any')) as promised
        full outer join figures using (figure_id, dimension)
        group by all
        having count(value) = 0 or any_value(is_counted) and coalesce(max(cases), 0) = 0
        order by all
    """
    assert demo.execute(wrong).fetchall() == []


# The demo's report is by campaign: the ads and the keywords are those of the links, and no group is known.
PARTED = """
with answers as (
    select
        cast(quarter as date) as quarter, channel, campaign, ad_group, ad, keyword, landing_page, measure, value
    from (unpivot read_csv('{answers}') on columns(* exclude (quarter, channel, campaign, ad_group, ad, keyword, landing_page)) into name measure value value)
),

figures as (
    unpivot (
        select
            cast(date_trunc('quarter', event_date) as date) as quarter, channel, campaign, ad_group, ad,
            case when ad = '(unknown)' then ad else keyword end as keyword,
            regexp_replace(landing_page, '^https?://[^/]+', '') as landing_page,
            {measures}
        from marts.ad_performance
        group by 1, 2, 3, 4, 5, 6, 7
    ) on {names} into name measure value value
)

select *
from answers
full outer join figures using (quarter, channel, campaign, ad_group, ad, keyword, landing_page, measure)
where abs(coalesce(answers.value, 0) - coalesce(figures.value, 0)) > 0.005
order by all
"""


def test_ads_keywords_and_pages_give_the_known_answers(demo):
    answers = ANSWERS / "ad_performance.csv.gz"
    with gzip.open(answers, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])[7:]
    told = [row for row in rows if row["ad"] != "(unknown)"]
    assert len({row["ad"] for row in told}) == 16 and len({row["keyword"] for row in told}) == 4
    brought = [name for name in names if not name.startswith("ad_")]  # the demo's report tells costs by campaign
    assert len(brought) > 3 and min(sum(float(row[name]) for row in told) for name in brought) > 0
    measures = ", ".join(f"cast(sum({name}) as double) as {name}" for name in names)
    wrong = demo.execute(PARTED.format(answers=answers, measures=measures, names=", ".join(names))).df()
    assert wrong.empty, f"{len(wrong)} figures differ\n{wrong.head(40).to_string()}"


# Money to ten kopecks, for the answers round a margin once and the marts each part of it.
ROWS = """
select *
from read_csv('{answers}') as answers
full outer join ({query}) as figures on {joined}
where not ({equal})
order by all
"""
COHORTS = """
select
    dimension, dimension_key, cohort_month, null as days_since, customers, acquisition_cost, revenue, gross_profit, payback_month
from marts.cohort_payback
union all
select dimension, dimension_key, cohort_month, days_since, customers, null, revenue, gross_profit, payback_month from marts.cohort_money where is_ripe
"""
STANDINGS = """
select
    month_start, recency_class, frequency_class, money_class, life_stage, life_stage_before,
    count(*) as customers, sum(sales) as sales, sum(revenue) as revenue
from marts.customer_months group by all
"""


CLASSES = """
select month_start, product, abc_class, xyz_class, months_known, units, revenue, 1000 * demand_variation as variation
from marts.product_classes
"""
ROLES = """
select
    date_trunc('month', sold_on) as month, channel,
    sum(sales_begun) as sales_begun, sum(sales_assisted) as sales_assisted, sum(sales_ended) as sales_ended, sum(touches) as touches,
    sum(revenue_begun) as revenue_begun, sum(revenue_assisted) as revenue_assisted, sum(revenue_ended) as revenue_ended
from marts.sale_channels group by all
"""


@pytest.mark.parametrize(
    "name, query, keys, cells",
    [
        ("cohort_money", COHORTS, 4, 1_000),
        ("customer_months", STANDINGS, 6, 3_000),
        ("product_classes", CLASSES, 4, 700),
        ("touch_paths", ROLES, 2, 200),
    ],
)
def test_rows_of_marts_give_the_known_answers(demo, name, query, keys, cells):
    answers = ANSWERS / f"{name}.csv.gz"
    names = [column[0] for column in demo.execute(f"select * from read_csv('{answers}') limit 0").description]
    joined = " and ".join(f"answers.{column} is not distinct from figures.{column}" for column in names[:keys])
    equal = " and ".join(
        f"coalesce(abs(answers.{column} - figures.{column}) < 0.1, answers.{column} is null and figures.{column} is null)"
        for column in names[keys:]
    )
    (known,) = demo.execute(f"select count(*) from read_csv('{answers}')").fetchone()
    wrong = demo.execute(ROWS.format(answers=answers, query=query, joined=joined, equal=equal)).df()
    assert known > cells and wrong.empty, f"{len(wrong)} rows differ\n{wrong.head(40).to_string()}"


def test_budgets_of_ads_are_kept_by_month_and_channel(demo):
    """A month that is over has spent what it has spent; its run rate and its budget to date are the whole."""
    with gzip.open(ANSWERS / "ad_budgets.csv.gz", "rt", encoding="utf-8", newline="") as file:
        answers = {
            (row["month"], row["channel"]): (float(row["budget"]), float(row["spent"])) for row in csv.DictReader(file)
        }
    assert len(answers) == 12
    found = demo.execute(
        "select period_start::varchar, dimension_key, target_value, value from marts.kpi_values"
        " where kpi_id = 'ad_spend' and dimension = 'channel' and period_grain = 'month' and target_value is not null"
    ).fetchall()
    assert {(month, channel): (budget, pytest.approx(spent)) for month, channel, budget, spent in found} == answers
    june = demo.execute(
        "select dimension_key, target_value, target_to_date, value, run_rate_value, attained_share from marts.kpi_to_date"
        " where kpi_id = 'ad_spend' and dimension = 'channel' and time_window = 'month' and target_value is not null"
    ).fetchall()
    assert len(june) == 2
    for channel, budget, to_date, spent, run_rate, share in june:
        assert (budget, pytest.approx(spent)) == answers["2026-06-01", channel]
        assert (to_date, run_rate, share) == pytest.approx((budget, spent, spent / budget))


def test_every_raw_row_has_a_verdict(demo):
    lost = demo.execute(
        """
        select source_name, table_name from marts.source_tie_out
        where raw_rows <> accepted_rows + superseded_rows + deleted_rows + not_yet_known_rows + rejected_rows or not is_tied_out
        """
    ).fetchall()
    assert lost == []


def test_planted_test_records_are_rejected_and_named(demo):
    defects = json.loads((ANSWERS / "defects.json").read_text(encoding="utf-8"))
    planted = defects["test_leads"]["count"] + defects["test_deals"]["count"]
    rejected = demo.execute("select count(*) from quality.rejected_rows where reason like '%test record%'").fetchone()[
        0
    ]
    assert rejected == planted == 42


def test_planted_deals_are_listed_with_their_reason(demo):
    defects = json.loads((ANSWERS / "defects.json").read_text(encoding="utf-8"))
    planted = ("close_put_off_three_times", "deal_handed_over", "close_long_overdue", "long_in_its_stage")
    deals = [f"bitrix24:{defects[name]['ids'][0]}" for name in planted]
    told = {
        deal: (pushes >= 3, owners >= 1, overdue, long)
        for deal, pushes, owners, overdue, long in demo.execute(
            "select deal_id, close_pushes, owner_changes, is_close_overdue, is_long_in_stage from marts.deal_health"
        ).fetchall()
    }
    assert [told[deal][k] for k, deal in enumerate(deals)] == [True] * 4
    deadlines = "select count(*) from marts.deal_health where next_step_on is not null"
    assert demo.execute(deadlines).fetchone()[0] > 30


FORECASTS = """
select period_grain, period_start, event_date, dimension, dimension_key, won_amount, coalesce(open_weighted_amount, 0), coalesce(entered_amount, 0)
from marts.forecast_daily where event_date < date '2026-06-01'
"""
# what deals say that were there then and have been deleted since
DELETED = """
select periods.period_grain, periods.period_start, wins.known_from, wins.manager, wins.team, wins.won_amount
from intermediate.int_won_versions as wins
inner join marts.dim_period as periods on wins.won_on between periods.period_start and periods.period_end
where not list_contains(?, wins.deal_id)
"""
# the forecasts of a month and of the next one on its last day, and what the deals themselves say on it
LAST_DAY = """
select
    forecasts.won_amount, (select sum(amount_base) from marts.fct_deals where won_on between date '2026-05-01' and date '2026-05-31'),
    next.open_weighted_amount, (select sum(amount_base * probability) from marts.fct_deals where status = 'open'
    and expected_close_on between date '2026-06-01' and date '2026-06-30'), forecasts.open_weighted_amount
from marts.forecast_daily as forecasts
inner join marts.forecast_daily as next
    on next.period_start = date '2026-06-01' and forecasts.event_date = next.event_date and forecasts.period_grain = next.period_grain
    and forecasts.dimension = next.dimension
where forecasts.event_date = date '2026-05-31' and forecasts.period_start = date '2026-05-01' and forecasts.period_grain = 'month'
and forecasts.dimension = 'all'
"""


def forecasts_that_differ(demo, back):
    """Forecasts of days that both warehouses know, by their keys, where they are not the same."""
    now, then = ({row[:5]: [*map(float, row[5:])] for row in one.execute(FORECASTS).fetchall()} for one in (demo, back))
    deals = [deal for (deal,) in demo.execute("select deal_id from marts.fct_deals").fetchall()]
    deleted = back.execute(DELETED, [deals]).fetchall()
    assert len({row[2:] for row in deleted}) == 4 and len(then) > 40_000
    for grain, start, known_from, manager, team, amount in deleted:
        for key, figures in then.items():
            if key[:2] == (grain, start) and key[2] >= known_from and key[4] in ("all", manager, team):
                figures[0] -= float(amount)
    nothing = [0.0, 0.0, 0.0]  # whoever neither won nor expected anything by then
    pairs = {key: (now.get(key, nothing), then.get(key, nothing)) for key in now | then}
    return [key for key, (a, b) in pairs.items() if max(abs(x - y) for x, y in zip(a, b, strict=True)) > 0.01]


def test_a_month_back_gives_what_was_known_then(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("as_of")
    chosen = (
        "-s",
        "+kpi_values",
        "+kpi_companions",
        "+forecast_daily",
        "--exclude-resource-type",
        "test",
        "unit_test",
    )
    with build(folder, *chosen, KPI_AS_OF="2026-06-01", **as_read(demo)) as warehouse:
        wrong = warehouse.execute(COMPARED.format(answers=ANSWERS / "as_of_2026-06-01.csv.gz")).df()
        later = warehouse.execute(
            "select count(*) from marts.kpi_values where period_start >= date '2026-06-01'"
        ).fetchone()[0]
        moved = forecasts_that_differ(demo, warehouse)
        won, won_by_deals, due, due_by_deals, overdue = map(float, warehouse.execute(LAST_DAY).fetchone())
    assert wrong.empty, wrong.head(40).to_string()
    assert later == 0
    assert moved == []
    assert won == pytest.approx(won_by_deals) and due == pytest.approx(due_by_deals) and overdue == 0


def test_the_demo_stays_small():
    files = [p for p in (PROJECT / "demo").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert sum(Path(p).stat().st_size for p in files) <= 12_000_000
