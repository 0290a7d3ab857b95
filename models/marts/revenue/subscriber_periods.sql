-- Grain: period_grain, period_start, customer_key.
-- One period and one customer who paid for contracts before it, at its end or twelve months before its end: whether he came or left in it, and
-- what he pays now of what he paid then. Customers before a period, those who came and, less, those who left are those at its end.
with changes as (
    select contracts.customer_key, events.event_date, sum(events.mrr) as mrr
    from {{ ref('contract_events') }} as events
    inner join {{ ref('fct_contracts') }} as contracts on events.contract_id = contracts.contract_id
    where events.mrr <> 0
    group by contracts.customer_key, events.event_date
),

levels as (
    select
        customer_key,
        event_date as valid_from,
        lead(event_date, 1, cast('9999-12-31' as date)) over (partition by customer_key order by event_date) as valid_until,
        sum(mrr) over (partition by customer_key order by event_date rows unbounded preceding) as mrr
    from changes
),

moments as (
    select period_grain, period_start, 'opening' as moment, {{ dbt.dateadd('day', -1, 'period_start') }} as told_on
    from {{ ref('periods') }}
    union all
    select period_grain, period_start, 'closing', last_known_day from {{ ref('periods') }}
    union all
    -- the same last day of a month, whatever its number
    select
        period_grain, period_start, 'year ago',
        {{ dbt.dateadd('day', -1, dbt.dateadd('month', -12, dbt.dateadd('day', 1, 'last_known_day'))) }}
    from {{ ref('periods') }}
),

paid as (
    select
        moments.period_grain,
        moments.period_start,
        levels.customer_key,
        sum(case when moments.moment = 'opening' then levels.mrr else 0 end) as mrr_opening,
        sum(case when moments.moment = 'closing' then levels.mrr else 0 end) as mrr_closing,
        sum(case when moments.moment = 'year ago' then levels.mrr else 0 end) as mrr_year_ago
    from moments
    inner join levels on moments.told_on >= levels.valid_from and moments.told_on < levels.valid_until
    where levels.mrr > 0
    group by moments.period_grain, moments.period_start, levels.customer_key
)

select
    period_grain,
    period_start,
    customer_key,
    {{ flag('mrr_opening > 0') }} as subscribers_opening,
    {{ flag('mrr_opening = 0 and mrr_closing > 0') }} as subscribers_gained,
    {{ flag('mrr_opening > 0 and mrr_closing = 0') }} as subscribers_churned,
    {{ flag('mrr_closing > 0') }} as subscribers_closing,
    {{ flag('mrr_year_ago > 0') }} as subscribers_year_ago,
    cast(mrr_year_ago as decimal(18, 2)) as mrr_year_ago,
    cast(case when mrr_year_ago > 0 then mrr_closing else 0 end as decimal(18, 2)) as mrr_year_kept_net,
    cast(least(mrr_year_ago, mrr_closing) as decimal(18, 2)) as mrr_year_kept_gross
from paid
