-- Grain: period_grain, period_start, customer_key, product, region.
-- One period, product, region and customer whose monthly recurring revenue changed over it, with the kind of the change.  The kind
-- is the customer's, by all that he pays before and after; the movements of a period add up to the change of the whole.
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

in_period as (
    {%- for span in period_spans('event_date') if 'last' not in span %}
    select
        *,
        {{ span.grain }} as period_grain,
        {{ span.start }} as period_start,
        true as is_counted
    from changes
    union all
    {%- endfor %}
    -- what lies outside a span is there for what was paid before it
    select
        changes.*,
        grains.period_grain,
        coalesce(spans.period_start, changes.event_date) as period_start,
        spans.period_start is not null as is_counted
    from changes
    cross join (select distinct period_grain from {{ ref('dim_period_span') }}) as grains
    left join {{ ref('dim_period_span') }} as spans
        on grains.period_grain = spans.period_grain
        and changes.event_date >= spans.period_start and changes.event_date <= spans.last_known_day
),

over_period as (
    select period_grain, period_start, is_counted, customer_key, product, region, sum(mrr) as change
    from in_period
    group by period_grain, period_start, is_counted, customer_key, product, region
),

levels as (
    select
        *,
        sum(change) over (partition by period_grain, customer_key, product, region order by period_start rows unbounded preceding) as closing,
        sum(change) over (partition by period_grain, customer_key order by period_start range unbounded preceding) as customer_closing,
        sum(change) over (partition by period_grain, customer_key, period_start) as customer_change,
        min(period_start) over (partition by period_grain, customer_key) as customer_first_start
    from over_period
),

moved as (
    select
        *,
        case
            when customer_closing - customer_change = 0 and period_start = customer_first_start then 'new'
            when customer_closing - customer_change = 0 then 'reactivation'
            when customer_closing = 0 then 'churn'
            when customer_change >= 0 then 'expansion'
            else 'contraction'
        end as movement
    from levels
    where change <> 0 and is_counted
)

select
    period_grain, period_start, customer_key, product, region, movement,
    cast(closing - change as decimal(18, 2)) as opening_mrr,
    cast(change as decimal(18, 2)) as mrr_change,
    cast(closing as decimal(18, 2)) as closing_mrr,
    cast(customer_closing - customer_change as decimal(18, 2)) as customer_opening_mrr,
    cast(customer_closing as decimal(18, 2)) as customer_closing_mrr,
    cast(case when movement in ('new', 'reactivation', 'expansion') then change else 0 end as decimal(18, 2)) as mrr_gained,
    cast(case when movement in ('contraction', 'churn') then -change else 0 end as decimal(18, 2)) as mrr_lost,
    cast(case when movement = 'churn' then -change else 0 end as decimal(18, 2)) as mrr_churned
from moved
