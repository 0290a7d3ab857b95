-- Proves that of the customers active at the start of a period each one either stays or churns, whole and in every slice, and that the balance
-- of active customers is the number of those who are active.
with parts as (
    select
        period_grain,
        period_start,
        dimension,
        dimension_key,
        sum(case when measure = 'customers_at_start' then value else 0 end) as at_start,
        sum(case when measure = 'customers_retained' then value else 0 end) as retained,
        sum(case when measure = 'customers_churned' then value else 0 end) as churned
    from {{ ref('measures_active_customers') }}
    where measure in ('customers_at_start', 'customers_retained', 'customers_churned')
    group by period_grain, period_start, dimension, dimension_key
),

ends as (
    select periods.period_grain, periods.period_start, count(distinct spans.customer_key) as customers
    from {{ ref('periods') }} as periods
    inner join {{ ref('int_customer_spans') }} as spans
        on spans.dimension = 'all'
        and periods.last_known_day >= spans.active_from and periods.last_known_day < spans.active_until
    where periods.period_grain = 'month'
    group by periods.period_grain, periods.period_start
),

balances as (
    select period_grain, period_start, sum(value) as value
    from {{ ref('measures_active_customers') }}
    where measure = 'customers_active' and dimension = 'all' and period_grain = 'month'
    group by period_grain, period_start
)

select period_grain, period_start, dimension, dimension_key, at_start, retained, churned
from parts
where at_start <> retained + churned or retained < 0

union all

select
    coalesce(ends.period_grain, balances.period_grain),
    coalesce(ends.period_start, balances.period_start),
    'all',
    'all',
    null,
    ends.customers,
    balances.value
from ends
full outer join balances on ends.period_grain = balances.period_grain and ends.period_start = balances.period_start
where coalesce(ends.customers, 0) <> coalesce(balances.value, 0)
