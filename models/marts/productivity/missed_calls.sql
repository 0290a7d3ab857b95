-- Grain: event_id.
-- One incoming call before the as-of day that nobody answered, on its day, with what came of it: the business called back, its caller called again,
-- or it was lost for good.  Until var lost_call_days are over, one of which nothing has come is open.
with calls as (
    select * from {{ ref('activity_events') }} where missed_calls = 1
),

days as (
    select * from {{ ref('dim_team_date') }}
),

timed as (
    select
        calls.*,
        facts.occurred_at as called_at,
        facts.customer_key,
        facts.lead_id,
        facts.deal_id,
        outcomes.event_id is not null as is_caller_known,
        outcomes.called_back_at,
        outcomes.called_back_by,
        outcomes.called_again_at,
        outcomes.callback_tries,
        {{ seconds_taken('facts.occurred_at', 'outcomes.called_back_at') }} / 60.0 as callback_minutes,
        {{ working_seconds_taken('facts.occurred_at', 'missed_day', 'outcomes.called_back_at', 'back_day') }} / 60.0 as callback_working_minutes
    from calls
    inner join {{ ref('fct_activities') }} as facts on calls.event_id = facts.activity_key
    left join {{ ref('int_call_outcomes') }} as outcomes on calls.event_id = outcomes.event_id
    left join days as missed_day on calls.team = missed_day.team and calls.event_date = missed_day.date_day
    left join days as back_day on calls.team = back_day.team and {{ local_date('outcomes.called_back_at') }} = back_day.date_day
),

decided as (
    select
        *,
        case
            when not is_caller_known then 'unknown'
            when callback_working_minutes <= {{ var('callback_minutes') }} then 'called_back_in_time'
            when called_back_at is not null then 'called_back_later'
            when called_again_at is not null then 'called_again'
            when {{ add_seconds('called_at', var('lost_call_days') * 24 * 3600) }} <= {{ cutoff() }} then 'lost'
            else 'open'
        end as outcome
    from timed
)

select
    decided.event_date,
    decided.event_id,
    decided.called_at,
    decided.call_hour,
    decided.call_weekday,
    decided.manager,
    decided.manager_name,
    decided.team,
    decided.channel,
    decided.customer_key,
    decided.lead_id,
    decided.deal_id,
    decided.outcome,
    decided.called_back_at,
    decided.called_again_at,
    decided.called_back_by,
    employees.employee_name as called_back_by_name,
    decided.callback_tries,
    cast(decided.callback_minutes as double) as callback_minutes,
    cast(decided.callback_working_minutes as double) as callback_working_minutes,
    decided.wait_seconds,
    {{ flag("outcome not in ('open', 'unknown')") }} as missed_calls_decided,
    {{ flag("outcome in ('called_back_in_time', 'called_back_later')") }} as calls_called_back,
    {{ flag("outcome = 'called_back_in_time'") }} as calls_called_back_in_time,
    {{ flag("callback_minutes <= " ~ var('callback_minutes')) }} as calls_called_back_in_clock_time,
    {{ flag("outcome = 'called_again'") }} as calls_called_again,
    {{ flag("outcome = 'lost'") }} as calls_lost,
    {{ flag("outcome = 'open'") }} as calls_open
from decided
left join {{ ref('dim_employees') }} as employees on decided.called_back_by = employees.employee_id
