-- Grain: deal_id, event_date.
-- One deal and one day on which it came into the open pipeline, went out of it or changed in it: as it stood at the day's end and, in
-- the columns _before, at the end of the day before.
with days as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'expected_close_on') }} as date) as due_month,
        cast({{ dbt.dateadd('day', 1, 'event_date') }} as date) as next_day,
        row_number() over (partition by deal_id order by event_date) = 1 as is_first
    from {{ ref('pipeline_daily') }}
),

steps as (
    select
        coalesce(today.event_date, before.next_day) as event_date,
        coalesce(today.deal_id, before.deal_id) as deal_id,
        case
            when today.deal_id is null then 'gone'
            when before.deal_id is not null then 'kept'
            when today.is_first then 'created'
            else 'reopened'
        end as step,
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
            when today.deal_id is null or before.deal_id is null then null
            when coalesce(today.due_month, cast('9999-12-01' as date)) > coalesce(before.due_month, cast('9999-12-01' as date)) then 'later'
            when coalesce(today.due_month, cast('9999-12-01' as date)) < coalesce(before.due_month, cast('9999-12-01' as date)) then 'earlier'
        end as rescheduled,
        -- the amount of the night before at the day's rate
        case
            when before.currency = today.currency then coalesce({{ to_base('before.amount_in_currency', 'rates') }}, 0)
            else before.amount
        end as amount_before_now
    from days as today
    full outer join days as before on today.deal_id = before.deal_id and today.event_date = before.next_day
    {{ join_rate('rates', 'today.currency', 'today.event_date') }}
)

select *
from steps
where
    event_date < {{ as_of() }}
    and (step <> 'kept' or is_moved or rescheduled is not null or amount <> amount_before_now or amount_before_now <> amount_before)
