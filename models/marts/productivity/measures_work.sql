-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of managers' work, period, dimension and member.
with objections as (
    {{ period_measures(
        ref('objection_events'),
        dimensions=['objection_type', 'manager', 'team'],
        sums=['objections_count', 'objections_handled', 'objections_closed', 'objections_open']
    ) }}
),

managers as (
    {{ period_measures(ref('manager_days'), dimensions=['manager', 'team'], per_period={'managers_active': 'count(distinct manager)'}) }}
),

leads as (
    {{ period_measures(ref('leads_reached'), dimensions=['manager', 'team'], per_period={'leads_handled': 'count(distinct lead_id)'}) }}
),

requests as (
    {{ period_measures(ref('lead_closings'), dimensions=['manager', 'team'], sums=['handling_minutes', 'requests_handled']) }}
),

time_logged as (
    {{ period_measures(
        ref('time_events'),
        dimensions=['manager', 'team'],
        sums=['entries_logged', 'minutes_logged', 'minutes_selling', 'minutes_data_entry', 'minutes_content']
    ) }}
),

tools as (
    {{ period_measures(
        ref('tool_events'),
        dimensions=['manager', 'team'],
        per_period={
            'manager_tools': "count(distinct concat(manager, ' ', tool))",
            'managers_with_tools': 'count(distinct manager)'
        }
    ) }}
)

{% for part in ['objections', 'managers', 'leads', 'requests', 'time_logged', 'tools'] %}
select * from {{ part }}
{{ 'union all' if not loop.last }}
{%- endfor %}
