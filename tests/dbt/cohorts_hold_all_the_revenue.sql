-- Proves that every customer is in one cohort and every kopeck that known customers brought up to the last full month in one cell.
with last_month as (
    select max(period_end) as last_day from {{ ref('periods') }} where period_grain = 'month' and is_complete
),

owed as (
    select
        coalesce(sum(sales.revenue), 0) as revenue,
        count(distinct case when sales.event = 'sale' then sales.known_customer_key end) as customers
    from {{ ref('sales_events') }} as sales
    cross join last_month
    where sales.known_customer_key is not null and sales.event_date <= last_month.last_day
),

held as (
    select
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(case when months_since = 0 then cohort_size else 0 end), 0) as customers
    from {{ ref('retention_cohorts') }}
),

held_by_slice as (
    select
        dimension,
        sum(revenue) as revenue,
        sum(case when months_since = 0 then cohort_size else 0 end) as customers
    from {{ ref('retention_cohorts_by') }}
    group by dimension
)

select 'whole' as slice, owed.revenue, held.revenue as cohort_revenue, owed.customers, held.customers as cohort_customers
from owed
cross join held
where owed.revenue <> held.revenue or owed.customers <> held.customers

union all

select held_by_slice.dimension, owed.revenue, held_by_slice.revenue, owed.customers, held_by_slice.customers
from owed
cross join held_by_slice
where owed.revenue <> held_by_slice.revenue or owed.customers <> held_by_slice.customers
