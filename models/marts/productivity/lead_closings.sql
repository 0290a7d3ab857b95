-- Grain: lead_id.
-- One lead that has been closed, on the day of its closing: its conversion or its rejection, whichever came first.  One of which
-- nothing says when it was closed has taken no time that could be told.  The time is working time of the team in charge, as a response is timed.
with days as (
    select * from {{ ref('dim_team_date') }}
),

closed as (
    select
        leads.*,
        states.closed_at
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('int_lead_states') }} as states on leads.lead_id = states.lead_id
),

dated as (
    select
        *,
        {{ local_date('closed_at') }} as closed_on
    from closed
    -- one entered on a later day than it was closed took a time that nobody knows
    where {{ local_date('closed_at') }} >= created_on
)

select
    dated.closed_on as event_date,
    dated.lead_id,
    {{ known('dated.employee_id') }} as manager,
    dated.team,
    dated.created_at,
    dated.closed_at,
    cast(
        {{ working_seconds_taken('dated.created_at', 'lead_day', 'dated.closed_at', 'closing_day') }} / 60.0 as double
    ) as handling_minutes,
    1 as requests_handled
from dated
inner join days as lead_day on dated.team = lead_day.team and dated.created_on = lead_day.date_day
inner join days as closing_day on dated.team = closing_day.team and dated.closed_on = closing_day.date_day
