-- Proves that the cohorts by channel hold every customer, every kopeck of revenue and margin that known customers brought and every kopeck of
-- acquisition cost; that the ripe cells hold what the sales tell of their days; and that no other cell holds money.
with sales as (
    select * from {{ ref('sales_events') }} where known_customer_key is not null
),

ripe as (
    select * from {{ ref('cohort_money') }} where is_ripe
),

owed as (
    select
        'to date' as what,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(gross_profit), 0) as gross_profit,
        count(distinct case when event = 'sale' then known_customer_key end) as customers,
        (select coalesce(sum(marketing_cost), 0) from {{ ref('marketing_events') }}) as acquisition_cost
    from sales
    union all
    select 'within so many days', coalesce(sum(sales.revenue), 0), coalesce(sum(sales.gross_profit), 0), 0, 0
    from sales
    inner join {{ ref('buyers') }} as buyers on sales.known_customer_key = buyers.customer_key
    inner join ripe on sales.cohort = cast(ripe.cohort_month as {{ dbt.type_string() }}) and buyers.channel = ripe.channel
    where sales.event_date <= {{ dbt.dateadd('day', 'ripe.days_since', 'sales.customer_first_sale_on') }}
    union all
    select 'not ripe', 0, 0, 0, 0
),

held as (
    select
        'to date' as what,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(gross_profit), 0) as gross_profit,
        coalesce(sum(customers), 0) as customers,
        coalesce(sum(acquisition_cost), 0) as acquisition_cost
    from {{ ref('cohort_payback') }}
    union all
    select 'within so many days', coalesce(sum(revenue), 0), coalesce(sum(gross_profit), 0), 0, 0
    from ripe
    union all
    select 'not ripe', count(revenue) + count(revenue_per_customer), count(gross_profit) + count(margin_per_customer), 0, 0
    from {{ ref('cohort_money') }}
    where not is_ripe
)

select owed.*, held.revenue as held_revenue, held.gross_profit as held_gross_profit, held.customers as held_customers
from owed
inner join held on owed.what = held.what
where
    owed.revenue <> held.revenue
    or owed.gross_profit <> held.gross_profit
    or owed.customers <> held.customers
    or owed.acquisition_cost <> held.acquisition_cost
