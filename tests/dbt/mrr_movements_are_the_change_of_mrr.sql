-- Proves that new, expansion, contraction, churn and reactivation together are what MRR grew or shrank by, in every period, and that with the opening
-- they are what it closes with.
with changes as (
    select
        periods.period_grain,
        periods.period_start,
        sum(coalesce(movements.mrr_change, 0)) as moved
    from {{ ref('periods') }} as periods
    left join {{ ref('mrr_movements') }} as movements
        on periods.period_grain = movements.period_grain and periods.period_start = movements.period_start
    group by periods.period_grain, periods.period_start
),

balances as (
    select
        periods.period_grain,
        periods.period_start,
        sum(case when events.event_date <= periods.last_known_day then events.mrr else 0 end) as closing,
        sum(case when events.event_date < periods.period_start then events.mrr else 0 end) as opening
    from {{ ref('periods') }} as periods
    cross join (select event_date, sum(mrr) as mrr from {{ ref('contract_events') }} group by event_date) as events
    group by periods.period_grain, periods.period_start
)

select balances.*, changes.moved
from balances
inner join changes on balances.period_grain = changes.period_grain and balances.period_start = changes.period_start
where balances.closing - balances.opening <> changes.moved

union all

select balances.*, bridge.closing
from balances
inner join (
    select period_grain, period_start, sum(mrr) as closing, sum(case when movement = 'opening' then mrr end) as opening
    from {{ ref('mrr_bridge') }}
    group by period_grain, period_start
) as bridge on balances.period_grain = bridge.period_grain and balances.period_start = bridge.period_start
where balances.closing <> bridge.closing or balances.opening <> bridge.opening

union all

select period_grain, period_start, closing_mrr, opening_mrr, mrr_change
from {{ ref('mrr_movements') }}
where
    closing_mrr - opening_mrr <> mrr_change
    or (movement in ('new', 'reactivation')) <> (customer_opening_mrr = 0)
    or (movement = 'churn') <> (customer_closing_mrr = 0 and customer_opening_mrr <> 0)
