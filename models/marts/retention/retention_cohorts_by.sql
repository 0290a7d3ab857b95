-- Grain: one dimension (channel, region, customer segment), member, cohort (customers by the month of their first purchase) and month
-- since, up to the running month, which is marked as not complete.
{% for dimension in ['channel', 'region', 'customer_segment'] %}
select
    '{{ dimension }}' as dimension,
    {{ dimension }} as dimension_key,
    cohort_month,
    months_since,
    is_complete,
    cohort_size,
    active_customers,
    retention_rate,
    revenue,
    revenue_retention_rate,
    cumulative_revenue
from ({{ cohort_table(dimension) }}) as {{ dimension }}_cohorts
{{ 'union all' if not loop.last }}
{% endfor %}
