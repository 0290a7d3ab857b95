-- Grain: customer_key.
-- One person or company that has ever bought or signed a contract.
with sales as (
    select * from {{ ref('fct_sales') }} where is_customer_known
),

first_purchases as (
    select
        customer_key,
        max(case when customer_sale_no = 1 then decided_at end) as first_decided_at,
        min(sold_on) as first_sale_on,
        max(sold_on) as last_sale_on,
        count(*) as sales
    from sales
    group by customer_key
),

contracts as (
    select customer_key, min(starts_on) as first_contract_on, max(ends_before) as last_contract_until, count(*) as contracts
    from {{ ref('fct_contracts') }}
    where customer_key is not null and starts_on < ends_before
    group by customer_key
),

everybody as (
    select
        coalesce(first_purchases.customer_key, contracts.customer_key) as customer_key,
        first_purchases.first_decided_at,
        first_purchases.first_sale_on,
        first_purchases.last_sale_on,
        coalesce(first_purchases.sales, 0) as sales,
        contracts.first_contract_on,
        contracts.last_contract_until,
        coalesce(contracts.contracts, 0) as contracts
    from first_purchases
    full outer join contracts on first_purchases.customer_key = contracts.customer_key
),

money as (
    select
        known_customer_key as customer_key,
        cast(sum(revenue) as decimal(18, 2)) as revenue,
        cast(sum(gross_profit) as decimal(18, 2)) as gross_profit
    from {{ ref('sales_events') }}
    where known_customer_key is not null
    group by known_customer_key
),

-- whose touchpoints count: the customer's own and, of a company, its contacts'
touched as (
    select customer_key, customer_key as person_key from everybody
    union all
    select company_key, contact_key from {{ ref('int_company_people') }}
),

first_touchpoints as (
    select
        everybody.customer_key,
        touchpoints.channel,
        row_number() over (partition by everybody.customer_key order by touchpoints.touched_at, touchpoints.touchpoint_id) as row_no
    from everybody
    inner join touched on everybody.customer_key = touched.customer_key
    inner join {{ ref('int_touchpoints') }} as touchpoints on touched.person_key = touchpoints.customer_key
    where touchpoints.touched_at <= coalesce(everybody.first_decided_at, touchpoints.touched_at)
),

activity as (
    select customer_key, min(active_from) as active_from, max(active_until) as active_until
    from {{ ref('int_customer_spans') }}
    where product_group = 'all'
    group by customer_key
)

select
    everybody.customer_key,
    coalesce(first_touchpoints.channel, '(none)') as channel,
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
    {{ dbt.datediff(
        'least(coalesce(everybody.first_sale_on, everybody.first_contract_on), coalesce(everybody.first_contract_on, everybody.first_sale_on))',
        'greatest(coalesce(everybody.last_sale_on, everybody.last_contract_until), coalesce(everybody.last_contract_until, everybody.last_sale_on))',
        'day'
    ) }} as lifetime_days
from everybody
left join money on everybody.customer_key = money.customer_key
left join first_touchpoints on everybody.customer_key = first_touchpoints.customer_key and first_touchpoints.row_no = 1
left join activity on everybody.customer_key = activity.customer_key
left join {{ ref('dim_customers') }} as people on everybody.customer_key = people.customer_key
