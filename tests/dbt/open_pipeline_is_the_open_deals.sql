-- Proves that a deal that is open is in the pipeline exactly once, on the last full day too, and that one that is closed has left it.
-- The list of deals to act on has the same deals with the same amounts.
with balance as (
    select deal_id, sum(deals_active) as deals_active from {{ ref('pipeline_changes') }} group by deal_id
),

last_day as (
    select deal_id, count(*) as places, sum(amount) as amount
    from {{ ref('pipeline_daily') }}
    where event_date = {{ dbt.dateadd('day', -1, as_of()) }}
    group by deal_id
)

select
    deals.deal_id,
    deals.status,
    balance.deals_active,
    last_day.places,
    health.amount
from {{ ref('fct_deals') }} as deals
left join balance on deals.deal_id = balance.deal_id
left join last_day on deals.deal_id = last_day.deal_id
left join {{ ref('deal_health') }} as health on deals.deal_id = health.deal_id
where
    coalesce(balance.deals_active, 0) <> case when deals.status = 'open' then 1 else 0 end
    or coalesce(last_day.places, 0) <> case when deals.status = 'open' then 1 else 0 end
    or coalesce(health.amount, -1) <> coalesce(last_day.amount, -1)
