-- No duration of any mart is negative: a moment told as a day only, a record entered after it was closed and a contact just before its lead
-- give nought or an empty value.
{%- set durations = {
    'fct_leads': ['response_seconds', 'response_working_seconds', 'working_age_seconds'],
    'fct_web_sessions': ['duration_seconds'],
    'fct_tasks': ['active_hours', 'flow_hours'],
    'fct_contracts': ['months'],
    'lead_events': ['response_minutes', 'response_working_minutes'],
    'deal_events': ['cycle_days', 'days_from_creation'],
    'stage_events': ['stage_days'],
    'lead_closings': ['handling_minutes'],
    'activity_events': ['talk_minutes', 'wait_seconds'],
    'missed_calls': ['callback_minutes', 'callback_working_minutes'],
    'time_events': ['minutes_logged', 'minutes_selling', 'minutes_data_entry', 'minutes_content'],
    'visit_events': ['duration_seconds'],
    'finished_tasks': ['active_hours', 'flow_hours'],
    'buyers': ['lifetime_days']
} %}
{%- for mart, columns in durations.items() %}
{%- set outer = loop %}
{%- for column in columns %}
select '{{ mart }}.{{ column }}' as duration, min({{ column }}) as shortest from {{ ref(mart) }} having min({{ column }}) < 0
{{ 'union all' if not (outer.last and loop.last) }}
{%- endfor %}
{%- endfor %}
