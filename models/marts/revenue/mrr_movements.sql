-- Grain: one period, product, region and customer whose monthly recurring revenue changed over it, with the kind of the change.  The
-- movements of a period add up to the change of the whole.
with changes as (
    select
        contracts.customer_key,
        events.product,
        events.region,
        events.event_date,
        sum(events.mrr) as mrr
    from {{ ref('contract_events') }} as events
    inner join {{ ref('fct_contracts') }} as contracts on events.contract_id = contracts.contract_id
    where events.mrr <> 0
    group by contracts.customer_key, events.product, events.region, events.event_date
),

levels as (
    select
        *,
        sum(mrr) over (partition by customer_key, product, region order by event_date rows unbounded preceding) as level
    from changes
),

in_period as (
    {%- for grain in period_grains() %}
    select
        *,
        '{{ grain }}' as period_grain,
        {{ period_start("'" ~ grain ~ "'", 'event_date') }} as period_start
    from levels
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

over_period as (
    select
        period_grain,
        period_start,
        customer_key,
        product,
        region,
        sum(mrr) as change,
        max(case when event_date = last_day then level end) as closing,
        min(first_day_ever) as first_day_ever,
        min(event_date) as first_change_on
    from (
        select
            *,
            max(event_date) over (partition by period_grain, period_start, customer_key, product, region) as last_day,
            min(event_date) over (partition by period_grain, customer_key, product, region) as first_day_ever
        from in_period
    ) as dated
    group by period_grain, period_start, customer_key, product, region
)

select
    period_grain,
    period_start,
    customer_key,
    product,
    region,
    case
        when closing - change = 0 and first_change_on = first_day_ever then 'new'
        when closing - change = 0 then 'reactivation'
        when closing = 0 then 'churn'
        when change > 0 then 'expansion'
        else 'contraction'
    end as movement,
    cast(closing - change as decimal(18, 2)) as opening_mrr,
    cast(change as decimal(18, 2)) as mrr_change,
    cast(closing as decimal(18, 2)) as closing_mrr
from over_period
where change <> 0
