-- Grain: period_grain, period_start, dimension, dimension_key, customer_rank.
-- One period and slice (whole, region, product group, kind of sale) and one of its largest customers, as many as top_customers says.
{%- set dims = ['region', 'product_group', 'sale_kind'] %}
with known_revenue as (
    select event_date, known_customer_key, region, product_group, sale_kind, revenue
    from {{ ref('sales_events') }}
    where known_customer_key is not null
),

expanded as (
    {%- for span in period_spans('event_date') %}
    select
        known_revenue.*,
        {{ span.grain }} as period_grain,
        {{ span.start }} as period_start
    from known_revenue
    {{ span.join }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

by_customer as (
    select
        period_grain,
        period_start,
        known_customer_key,
        {{ sliced_by(dims) }},
        cast(sum(revenue) as decimal(18, 2)) as revenue
    from expanded
    group by grouping sets (
        (period_grain, period_start, known_customer_key)
        {%- for dim in dims %},
        (period_grain, period_start, known_customer_key, {{ dim }}){% endfor %}
    )
),

ranked as (
    select
        *,
        cast(row_number() over (
            partition by period_grain, period_start, dimension, dimension_key order by revenue desc, known_customer_key asc
        ) as bigint) as customer_rank
    from by_customer
)

select
    period_grain,
    period_start,
    dimension,
    dimension_key,
    customer_rank,
    known_customer_key as customer_key,
    revenue
from ranked
where customer_rank <= {{ var('top_customers') }}
