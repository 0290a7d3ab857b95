-- Grain: cohort_month, months_since.
-- One cohort (customers by the month of their first purchase) and one month since, up to the running month, which is marked as not complete.
select
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
where dimension = 'all'
