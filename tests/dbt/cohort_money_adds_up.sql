-- Proves that the cohorts, in all and by channel, hold every customer, every kopeck of revenue and margin that known customers brought and every
-- kopeck of acquisition cost; that the ripe cells hold what the sales tell of their days; and that no other cell holds money.
with sales as (
    select
        sales.*,
        buyers.channel as acquired_by
    from {{ ref('sales_events') }} as sales
    inner join {{ ref('buyers') }} as buyers on sales.known_customer_key = buyers.customer_key
),

ripe as (
    select * from {{ ref('cohort_money') }} where is_ripe
),

dimensions as (
    select 'all' as dimension
    union all
    select 'channel'
),

owed as (
    select
        dimensions.dimension,
        'to date' as what,
        coalesce(sum(sales.revenue), 0) as revenue,
        coalesce(sum(sales.gross_profit), 0) as gross_profit,
        count(distinct case when sales.event = 'sale' then sales.known_customer_key end) as customers,
        (select coalesce(sum(marketing_cost), 0) from {{ ref('marketing_events') }}) as acquisition_cost
    from dimensions
    left join sales on sales.known_customer_key is not null
    group by dimensions.dimension
    union all
    select dimensions.dimension, 'within so many days', coalesce(sum(sales.revenue), 0), coalesce(sum(sales.gross_profit), 0), 0, 0
    from dimensions
    left join ripe on dimensions.dimension = ripe.dimension
    left join sales
        on cast(ripe.cohort_month as {{ dbt.type_string() }}) = sales.cohort and ripe.dimension_key in ('all', sales.acquired_by)
        and sales.event_date <= {{ dbt.dateadd('day', 'ripe.days_since', 'sales.customer_first_sale_on') }}
    group by dimensions.dimension
    union all
    select dimension, 'not ripe', 0, 0, 0, 0 from dimensions
),

held as (
    select
        dimension,
        'to date' as what,
        sum(revenue) as revenue,
        coalesce(sum(gross_profit), 0) as gross_profit,
        sum(customers) as customers,
        coalesce(sum(acquisition_cost), 0) as acquisition_cost
    from {{ ref('cohort_payback') }}
    group by dimension
    union all
    select dimension, 'within so many days', sum(revenue), coalesce(sum(gross_profit), 0), 0, 0
    from ripe
    group by dimension
    union all
    select dimension, 'not ripe', count(revenue) + count(revenue_per_customer), count(gross_profit) + count(margin_per_customer), 0, 0
    from {{ ref('cohort_money') }}
    where not is_ripe
    group by dimension
)

select owed.*, held.revenue as held_revenue, held.gross_profit as held_gross_profit, held.customers as held_customers
from owed
left join held on owed.dimension = held.dimension and owed.what = held.what
where
    owed.revenue <> coalesce(held.revenue, 0)
    or owed.gross_profit <> coalesce(held.gross_profit, 0)
    or owed.customers <> coalesce(held.customers, 0)
    or owed.acquisition_cost <> coalesce(held.acquisition_cost, 0)
