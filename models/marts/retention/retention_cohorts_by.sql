-- Grain: dimension, dimension_key, cohort_month, months_since.
-- One dimension (channel, region, customer segment), member, cohort (customers by the month of their first purchase) and month
-- since, up to the running month, which is marked as not complete.
select
    dimension,
    dimension_key,
    cohort_month,
    months_since,
    is_complete,
    cohort_size,
    active_customers,
    retention_rate,
    revenue,
    revenue_retention_rate,
    cumulative_revenue
from {{ ref('cohort_cells') }}
where dimension <> 'all'
