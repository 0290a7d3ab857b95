-- Proves that every customer is in one cohort and every kopeck that known customers brought in one cell.
with owed as (
    select
        coalesce(sum(sales.revenue), 0) as revenue,
        count(distinct case when sales.event = 'sale' then sales.known_customer_key end) as customers
    from {{ ref('sales_events') }} as sales
    where sales.known_customer_key is not null
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

select 'whole' as slice, owed.revenue as owed_revenue, held.revenue, owed.customers as owed_customers, held.customers
from owed
cross join held
where owed.revenue <> held.revenue or owed.customers <> held.customers

union all

select held_by_slice.dimension, owed.revenue as owed_revenue, held_by_slice.revenue, owed.customers as owed_customers, held_by_slice.customers
from owed
cross join held_by_slice
where owed.revenue <> held_by_slice.revenue or owed.customers <> held_by_slice.customers
