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

contacts as (
    select deal_id, {{ local_date('max(occurred_at)') }} as last_contact_on
    from {{ ref('int_contacts') }}
    where deal_id is not null and is_completed
    group by deal_id
),

-- what was planned before the as-of day and is not done: the earliest of it is the next step
steps as (
    select object_id as deal_id, min({{ local_date('due_at') }}) as next_step_on
    from {{ ref('int_activities') }}
    where object = 'deal' and status in ('planned', 'accepted') and due_at is not null and created_at < {{ cutoff() }}
    group by object_id
),

timed as (
    select
        deals.*,
        {{ dbt.datediff('facts.created_on', as_of(), 'day') }} as age_days,
        stays.days_in_stage,
        usual.usual_days as usual_days_in_stage,
        coalesce(
            {{ dbt.datediff('contacts.last_contact_on', as_of(), 'day') }},
            {{ dbt.datediff('facts.created_on', as_of(), 'day') }}
        ) as days_without_contact,
        steps.next_step_on,
        changes.close_pushes, changes.amount_changes, changes.owner_changes,
        resting.stage is not null as may_rest
    from deals
    inner join {{ ref('fct_deals') }} as facts on deals.deal_id = facts.deal_id
    left join stays on deals.deal_id = stays.deal_id
    left join usual on deals.stage = usual.stage
    left join contacts on deals.deal_id = contacts.deal_id
    left join steps on deals.deal_id = steps.deal_id
    left join {{ ref('int_deal_changes') }} as changes on deals.deal_id = changes.deal_id
    left join {{ ref('seed_resting_stages') }} as resting on deals.stage = resting.stage
)

select
    deal_id, pipeline, stage, manager, manager_name, team, customer_key, channel, region, amount, expected_close_on,
    age_days, days_in_stage, usual_days_in_stage, days_without_contact, next_step_on, may_rest,
    coalesce(close_pushes, 0) as close_pushes,
    coalesce(amount_changes, 0) as amount_changes,
    coalesce(owner_changes, 0) as owner_changes,
    coalesce(days_in_stage > usual_days_in_stage, false) and not may_rest as is_long_in_stage,
    days_without_contact > {{ var('contact_gap_days') }} and not may_rest as is_without_contact,
    next_step_on is null as is_without_next_step,
    coalesce(next_step_on < {{ as_of() }}, false) as is_next_step_overdue,
    coalesce(expected_close_on < {{ as_of() }}, false) as is_close_overdue
from timed
