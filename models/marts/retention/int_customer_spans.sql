-- Grain: customer_key, dimension, dimension_key, span_no.
-- One unbroken span in which a customer is active: from a purchase for activity_days, and as long as a contract runs; once over
-- everything bought (dimension 'all'), once for each product group and once for each kind of sale.
with purchases as (
    select distinct known_customer_key as customer_key, 'all' as dimension, 'all' as dimension_key, event_date as sold_on
    from {{ ref('sales_events') }}
    where event = 'sale' and known_customer_key is not null
    {%- for dimension in ['product_group', 'sale_kind'] %}
    union all
    select distinct known_customer_key, '{{ dimension }}', {{ dimension }}, event_date
    from {{ ref('sales_events') }}
    where event = 'sale' and known_customer_key is not null
    {%- endfor %}
),

contracts as (
    select
        contracts.customer_key, 'all' as dimension, 'all' as dimension_key, contracts.starts_on as active_from, contracts.ends_before as active_until
    from {{ ref('fct_contracts') }} as contracts
    where contracts.starts_on < contracts.ends_before
    union all
    select contracts.customer_key, 'product_group', {{ known('products.product_group') }}, contracts.starts_on, contracts.ends_before
    from {{ ref('fct_contracts') }} as contracts
    left join {{ ref('dim_products') }} as products on contracts.product = products.product_id
    where contracts.starts_on < contracts.ends_before
),

stretches as (
    select
        customer_key,
        dimension,
        dimension_key,
        sold_on as active_from,
        cast({{ dbt.dateadd('day', var('activity_days'), 'sold_on') }} as date) as active_until
    from purchases
    union all
    select * from contracts
),

opened as (
    select
        *,
        case when active_from <= max(active_until) over (
            partition by customer_key, dimension, dimension_key order by active_from, active_until rows between unbounded preceding and 1 preceding
        ) then 0 else 1 end as opens_span
    from stretches
),

numbered as (
    select
        *,
        sum(opens_span) over (
            partition by customer_key, dimension, dimension_key order by active_from, active_until rows unbounded preceding
        ) as span_no
    from opened
),

spans as (
    select customer_key, dimension, dimension_key, span_no, min(active_from) as active_from, max(active_until) as active_until
    from numbered
    group by customer_key, dimension, dimension_key, span_no
)

select
    customer_key,
    dimension,
    dimension_key,
    span_no,
    active_from,
    -- the first day on which the customer is not active any more
    active_until,
    lead(active_from) over (partition by customer_key, dimension, dimension_key order by span_no) as next_active_from
from spans
