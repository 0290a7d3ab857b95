-- Grain: customer_key.
-- One person or company that has ever bought or signed a contract.
with bought as (
    select customer_key, 1 as sales, 0 as contracts, sold_on, sold_on as from_day, sold_on as until_day
    from {{ ref('fct_sales') }}
    where is_customer_known
    union all
    select customer_key, 0, 1, null, starts_on, ends_before
    from {{ ref('fct_contracts') }} where customer_key is not null and starts_on < ends_before
),

everybody as (
    select
        customer_key,
        cast(sum(sales) as bigint) as sales, cast(sum(contracts) as bigint) as contracts,
        min(sold_on) as first_sale_on, max(sold_on) as last_sale_on,
        min(from_day) as first_day, max(until_day) as last_day
    from bought
    group by customer_key
),

money as (
    select
        known_customer_key as customer_key,
        cast(sum(revenue) as decimal(18, 2)) as revenue, cast(sum(gross_profit) as decimal(18, 2)) as gross_profit
    from {{ ref('sales_events') }}
    where known_customer_key is not null
    group by known_customer_key
),

-- the channel that the first sale is credited to, as new customers are in the cost of acquiring them
acquired as (
    select
        sales.customer_key, credits.channel,
        row_number() over (partition by sales.customer_key order by credits.credit desc, credits.touchpoint_id asc) as row_no
    from {{ ref('fct_sales') }} as sales
    inner join {{ ref('fct_attribution') }} as credits on sales.sale_id = credits.sale_id
    where sales.customer_sale_no = 1 and credits.model = '{{ var("default_attribution") }}'
),

activity as (
    select customer_key, max(active_until) as active_until
    from {{ ref('int_customer_spans') }}
    where dimension = 'all'
    group by customer_key
)

select
    everybody.customer_key,
    coalesce(acquired.channel, '(none)') as channel,
    {{ known('people.region') }} as region,
    {{ known('people.segment') }} as customer_segment,
    {{ known('people.kind') }} as kind,
    everybody.first_sale_on,
    cast({{ dbt.date_trunc('month', 'everybody.first_sale_on') }} as date) as cohort_month,
    everybody.last_sale_on,
    everybody.sales,
    everybody.contracts,
    coalesce(money.revenue, 0) as revenue,
    coalesce(money.gross_profit, 0) as gross_profit,
    activity.active_until,
    activity.active_until > {{ dbt.dateadd('day', -1, as_of()) }} as is_active,
    -- from the first purchase or contract to the last purchase or the contract's end, whichever is later
    cast({{ dbt.datediff('everybody.first_day', 'everybody.last_day', 'day') }}
        as bigint) as lifetime_days
from everybody
left join money on everybody.customer_key = money.customer_key
left join acquired on everybody.customer_key = acquired.customer_key and acquired.row_no = 1
left join activity on everybody.customer_key = activity.customer_key
left join {{ ref('dim_customers') }} as people on everybody.customer_key = people.customer_key
