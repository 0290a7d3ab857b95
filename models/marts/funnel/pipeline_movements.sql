-- Grain: event_date, deal_id, movement.
-- One movement of one deal in the open pipeline on one day: what makes the pipeline at the day's end differ from that of the day
-- before.  The pipeline is told apart by pipeline, manager and month due (of the expected close); in each such part
-- opening + movements = closing, in deals and in money, and so in any sum of parts.
--   created, reopened          the deal is in the pipeline at the day's end for the first time, or again
--   won, lost                  it is there no more; it takes away what it was worth the night before
--   slipped, slipped_in        its expected close moved to a later month, or to none: it leaves one month and comes to the other
--   pulled_out, pulled_in      its expected close moved to an earlier month, or a deal without one was given one: likewise
--   handed_over, taken_over    it went to another manager or pipeline: it leaves the one and comes to the other
--   grown, shrunk              its amount changed, told at the day's rate
--   revalued                   its amount did not change, the rate of its currency did
-- A deal that is past its expected close stays in that month until a manager moves it: only then it has slipped.  A deal that came and went
-- within one day was in the pipeline at no day's end and has no movements.
with days as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'expected_close_on') }} as date) as due_month,
        cast({{ dbt.dateadd('day', 1, 'event_date') }} as date) as next_day,
        row_number() over (partition by deal_id order by event_date) = 1 as is_first
    from {{ ref('pipeline_daily') }}
),

kept as (
    select
        today.event_date,
        today.deal_id,
        today.pipeline,
        today.manager,
        today.team,
        today.due_month,
        today.amount,
        before.pipeline as pipeline_before,
        before.manager as manager_before,
        before.team as team_before,
        before.due_month as due_month_before,
        before.amount as amount_before,
        before.pipeline <> today.pipeline or before.manager <> today.manager as is_moved,
        -- no expected close is later than any
        case
            when coalesce(today.due_month, cast('9999-12-01' as date)) > coalesce(before.due_month, cast('9999-12-01' as date)) then 'later'
            when coalesce(today.due_month, cast('9999-12-01' as date)) < coalesce(before.due_month, cast('9999-12-01' as date)) then 'earlier'
        end as rescheduled,
        -- the amount of the night before at the day's rate
        case
            when before.currency = today.currency then coalesce({{ to_base('before.amount_in_currency', 'rates') }}, 0)
            else before.amount
        end as amount_before_now
    from days as today
    inner join days as before on today.deal_id = before.deal_id and today.event_date = before.next_day
    {{ join_rate('rates', 'today.currency', 'today.event_date') }}
),

entered as (
    select today.*
    from days as today
    left join days as before on today.deal_id = before.deal_id and today.event_date = before.next_day
    where before.deal_id is null
),

stays as (
    select
        object_id as deal_id,
        status,
        {{ local_date('entered_at') }} as entered_on,
        coalesce({{ local_date('left_at') }}, cast('9999-12-31' as date)) as left_on
    from {{ ref('fct_stage_changes') }}
    where object = 'deal' and status in ('won', 'lost')
),

-- how it ended says the stage it stood in at the end of the day or, where the history is silent, the deal itself
departed as (
    select
        before.*,
        coalesce(stays.status, deals.status) as outcome
    from days as before
    inner join {{ ref('fct_deals') }} as deals on before.deal_id = deals.deal_id
    left join days as today on before.deal_id = today.deal_id and before.next_day = today.event_date
    left join stays
        on before.deal_id = stays.deal_id and before.next_day >= stays.entered_on and before.next_day < stays.left_on
    where today.deal_id is null and before.next_day < {{ as_of() }}
),

movements as (
    select
        event_date, deal_id, case when is_first then 'created' else 'reopened' end as movement,
        pipeline, manager, team, due_month, 1 as deals, amount
    from entered
    union all
    select next_day, deal_id, outcome, pipeline, manager, team, due_month, -1, -amount from departed
    {%- for when, out_of, into in [('later', 'slipped', 'slipped_in'), ('earlier', 'pulled_out', 'pulled_in')] %}
    union all
    select event_date, deal_id, '{{ out_of }}', pipeline_before, manager_before, team_before, due_month_before, -1, -amount_before
    from kept
    where rescheduled = '{{ when }}'
    union all
    select event_date, deal_id, '{{ into }}', pipeline_before, manager_before, team_before, due_month, 1, amount_before
    from kept
    where rescheduled = '{{ when }}'
    {%- endfor %}
    union all
    select event_date, deal_id, 'handed_over', pipeline_before, manager_before, team_before, due_month, -1, -amount_before from kept where is_moved
    union all
    select event_date, deal_id, 'taken_over', pipeline, manager, team, due_month, 1, amount_before from kept where is_moved
    union all
    select
        event_date, deal_id, case when amount > amount_before_now then 'grown' else 'shrunk' end,
        pipeline, manager, team, due_month, 0, amount - amount_before_now
    from kept
    where amount <> amount_before_now
    union all
    select event_date, deal_id, 'revalued', pipeline, manager, team, due_month, 0, amount_before_now - amount_before
    from kept
    where amount_before_now <> amount_before
)

select
    event_date,
    deal_id,
    movement,
    pipeline,
    manager,
    team,
    due_month,
    deals,
    cast(amount as decimal(18, 2)) as amount
from movements
