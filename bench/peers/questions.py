"""What is asked: the rows that the questions read, the questions in plain SQL, and the answers of the marts."""

from dataclasses import dataclass

# The rows, by the name of their table for the peers, as the core holds them.
ROWS = {
    "visits": "select started_on, coalesce(channel, '(unknown)') as channel from marts.fct_web_sessions",
    "leads": "select created_on, coalesce(channel, '(unknown)') as channel from marts.fct_leads",
    "spend": "select event_date, channel, cost_base from marts.fct_ad_spend",
    "sale_lines": "select event_date, event, channel, known_customer_key, revenue from marts.sales_events",
    "sales": "select sale_id, coalesce('d:' || deal_id, 'o:' || order_id) as record, decided_at from marts.fct_sales",
    "people": "select record, customer_key from intermediate.int_record_people",
    "touches": "select touchpoint_id, customer_key, touched_at, is_direct from intermediate.int_touchpoints",
    "buyers": "select customer_key, cohort_month from marts.buyers where cohort_month is not null",
    "cart_events": """
        select
            event_id, event, occurred_at, coalesce(web_client_id, session_id, event_id) as visitor,
            cast(occurred_at at time zone 'UTC' at time zone 'Europe/Moscow' as date) as day
        from intermediate.web_events
        where event in ('add_to_cart', 'purchase') and occurred_at < timestamp '2026-07-01' - interval 3 hour""",
}


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        name: what it is called in the results.
        sql: the question over ROWS, in SQL that DuckDB and Postgres read alike.
        answer: SQL over the warehouse: the marts' own answer, with the same columns.
        models: the project's models that answer it, and more besides.
    """

    name: str
    sql: str
    answer: str
    models: tuple[str, ...]


QUESTIONS = [
    Question(
        "daily channel KPIs",
        """
        select day, channel, sum(visits) as visits, sum(leads) as leads, sum(spend) as spend, sum(revenue) as revenue
        from (
            select started_on as day, channel, 1 as visits, 0 as leads, 0 as spend, 0 as revenue from visits
            union all
            select created_on, channel, 0, 1, 0, 0 from leads
            union all
            select event_date, channel, 0, 0, cost_base, 0 from spend
            union all
            select event_date, channel, 0, 0, 0, revenue from sale_lines
        ) as events
        group by day, channel""",
        """
        select
            period_start, dimension_key,
            coalesce(max(case when kpi_id = 'visits' then value end), 0), coalesce(max(case when kpi_id = 'leads_new' then value end), 0),
            coalesce(max(case when kpi_id = 'ad_spend' then value end), 0), coalesce(max(case when kpi_id = 'revenue' then value end), 0)
        from marts.kpi_values
        where period_grain = 'day' and dimension = 'channel' and kpi_id in ('visits', 'leads_new', 'ad_spend', 'revenue')
        group by period_start, dimension_key""",
        ("measures_site", "measures_leads", "measures_marketing", "measures_sales"),
    ),
    Question(
        "last non-direct touch",
        """
        select sale_id, touchpoint_id
        from (
            select
                sales.sale_id,
                touches.touchpoint_id,
                row_number() over (
                    partition by sales.sale_id order by touches.is_direct, touches.touched_at desc, touches.touchpoint_id desc
                ) as place
            from sales
            inner join people on sales.record = people.record
            inner join touches
                on people.customer_key = touches.customer_key
                and touches.touched_at <= sales.decided_at
                and touches.touched_at >= sales.decided_at - interval '90 days'
        ) as ranked
        where place = 1""",
        "select sale_id, touchpoint_id from marts.fct_attribution where model = 'last_non_direct' and touchpoint_id is not null",
        ("fct_attribution",),
    ),
    Question(
        "cohort table",
        """
        select cohort_month, month, sum(has_bought) as active, sum(revenue) as revenue
        from (
            select
                buyers.customer_key,
                buyers.cohort_month,
                greatest(buyers.cohort_month, cast(date_trunc('month', sale_lines.event_date) as date)) as month,
                max(case when sale_lines.event = 'sale' then 1 else 0 end) as has_bought,
                sum(sale_lines.revenue) as revenue
            from sale_lines
            inner join buyers on sale_lines.known_customer_key = buyers.customer_key
            group by
                buyers.customer_key,
                buyers.cohort_month,
                greatest(buyers.cohort_month, cast(date_trunc('month', sale_lines.event_date) as date))
        ) as months
        group by cohort_month, month""",
        """
        select cohort_month, cast(cohort_month + to_months(cast(months_since as integer)) as date), active_customers, revenue
        from marts.retention_cohorts""",
        ("cohort_cells",),
    ),
    Question(
        "carts",
        """
        select
            added.day,
            count(distinct added.visitor) as carts,
            count(distinct case when bought.event_id is not null then added.visitor end) as bought
        from cart_events as added
        left join (
            select distinct puts.event_id
            from cart_events as puts
            inner join cart_events as purchases
                on puts.visitor = purchases.visitor
                and purchases.event = 'purchase'
                and purchases.occurred_at >= puts.occurred_at
                and purchases.occurred_at <= puts.occurred_at + interval '72 hours'
            where puts.event = 'add_to_cart'
        ) as bought
            on added.event_id = bought.event_id
        where added.event = 'add_to_cart'
        group by added.day""",
        "select event_date, count(distinct cart), count(distinct bought_cart) from marts.cart_events group by event_date",
        ("cart_events",),
    ),
]


def comparable(rows: list[tuple]) -> dict[tuple, tuple]:
    """Rows as they can be compared, whoever worked them out: texts and days are the key, numbers the value, in hundredths; rows of which
    all numbers are nought tell nothing."""
    found = {}
    for row in rows:
        key = tuple(
            str(field)[:10] if hasattr(field, "year") else field
            for field in row
            if isinstance(field, str) or hasattr(field, "year")
        )
        numbers = tuple(
            round(float(field), 2) for field in row if not isinstance(field, str) and not hasattr(field, "year")
        )
        if not numbers or any(numbers):
            found[key] = numbers
    return found
