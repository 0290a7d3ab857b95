-- Proves that created, won, lost, slipped, grown and the other movements add up to the change of the open pipeline from one day to the next,
-- in deals and to the last kopeck, day by day and in every pipeline, manager and month due; that the nights stand in a chain; and that what
-- slips, is pulled in or changes hands adds nothing to the whole.
with standing as (
    select
        event_date,
        pipeline,
        manager,
        cast({{ dbt.date_trunc('month', 'expected_close_on') }} as date) as due_month,
        count(*) as deals,
        sum(amount) as amount
    from {{ ref('pipeline_daily') }}
    group by event_date, pipeline, manager, cast({{ dbt.date_trunc('month', 'expected_close_on') }} as date)
),

-- every movement up to a day's end, against the pipeline that stands there
moved as (
    select event_date, pipeline, manager, due_month, sum(deals) as deals, sum(amount) as amount
    from {{ ref('pipeline_movements') }}
    group by event_date, pipeline, manager, due_month
),

differences as (
    select event_date, pipeline, manager, due_month, deals, amount from standing
    union all
    select cast({{ dbt.dateadd('day', 1, 'event_date') }} as date), pipeline, manager, due_month, -deals, -amount
    from standing
    where event_date < {{ dbt.dateadd('day', -1, as_of()) }}
    union all
    select event_date, pipeline, manager, due_month, -deals, -amount from moved
)

select
    cast(event_date as {{ dbt.type_string() }}) as event_date,
    pipeline,
    manager,
    sum(deals) as deals_unexplained,
    sum(amount) as amount_unexplained
from differences
group by event_date, pipeline, manager, due_month
having sum(deals) <> 0 or sum(amount) <> 0

union all

select cast(event_date as {{ dbt.type_string() }}), pipeline, manager, closing_deals, closing_amount
from {{ ref('pipeline_bridge') }}
where
    closing_deals <> opening_deals + created_deals + reopened_deals + won_deals + lost_deals + slipped_deals + slipped_in_deals
    + pulled_out_deals + pulled_in_deals + handed_over_deals + taken_over_deals
    or closing_amount <> opening_amount + created_amount + reopened_amount + won_amount + lost_amount + slipped_amount + slipped_in_amount
    + pulled_out_amount + pulled_in_amount + handed_over_amount + taken_over_amount + grown_amount + shrunk_amount + revalued_amount

union all

select cast(event_date as {{ dbt.type_string() }}), 'all', 'all', sum(deals), sum(amount)
from {{ ref('pipeline_movements') }}
where movement in ('slipped', 'slipped_in', 'pulled_out', 'pulled_in', 'handed_over', 'taken_over')
group by event_date
having sum(deals) <> 0 or sum(amount) <> 0
