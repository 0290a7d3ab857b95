-- Grain: deal_id.
-- One deal that is open at the end of the day before the as-of day, with what a head of sales asks about it: how long it stands, when it was
-- last spoken of, what comes next, and how often its close, amount and manager were changed.
with deals as (
    select * from {{ ref('pipeline_daily') }} where event_date = cast({{ dbt.dateadd('day', -1, as_of()) }} as date)
),

stays as (
    select object_id as deal_id, {{ seconds_taken('entered_at', cutoff()) }} / 86400.0 as days_in_stage
    from {{ ref('fct_stage_changes') }}
    where object = 'deal' and status = 'open' and is_latest
),

-- the usual time in a stage, by the deals that left it
usual as (
    select stage, {{ percentile('stage_days', var('usual_stay_share')) }} as usual_days
    from {{ ref('stage_events') }}
    where event = 'left'
    group by stage
    having count(*) >= {{ var('stage_stays_needed') }}
),

timed as (
    select
        deals.*,
        cast({{ dbt.datediff('facts.created_on', as_of(), 'day') }} as bigint) as age_days,
        stays.days_in_stage,
        usual.usual_days as usual_days_in_stage,
        resting.stage is not null as may_rest
    from deals
    inner join {{ ref('fct_deals') }} as facts on deals.deal_id = facts.deal_id
    left join stays on deals.deal_id = stays.deal_id
    left join usual on deals.stage = usual.stage
    left join {{ ref('seed_resting_stages') }} as resting on deals.stage = resting.stage
),

reasons as (
    select
        *,
        coalesce(days_in_stage > usual_days_in_stage, false) and not may_rest as is_long_in_stage,
        days_without_contact > {{ var('contact_gap_days') }} as is_without_contact,
        coalesce(next_step_on < {{ as_of() }}, false) as is_next_step_overdue
    from timed
),

counted as (
    select
        *,
        {{ flag('is_stale') }} + {{ flag('is_long_in_stage') }} + {{ flag('is_without_next_step') }} + {{ flag('is_next_step_overdue') }}
        + {{ flag('is_close_overdue') }} as reasons_to_act
    from reasons
)

select
    deal_id, pipeline, stage, manager, manager_name, team, customer_key, channel, region, amount, expected_close_on,
    age_days, days_in_stage, usual_days_in_stage, days_without_contact, next_step_on, may_rest, close_pushes, amount_changes, owner_changes,
    is_long_in_stage, is_without_contact, is_stale, is_without_next_step, is_next_step_overdue, is_close_overdue,
    reasons_to_act,
    reasons_to_act > 0 as is_to_act_on
from counted
