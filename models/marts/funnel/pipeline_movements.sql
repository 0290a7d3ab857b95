-- Grain: event_date, deal_id, movement.
-- One movement of one deal in the open pipeline on one day: what makes the pipeline at the day's end differ from that of the day before.
-- A deal that is past its expected close stays in that month until a manager moves it: only then it has slipped.
with steps as (
    select * from {{ ref('int_pipeline_steps') }}
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
        steps.*,
        coalesce(stays.status, deals.status) as outcome
    from steps
    inner join {{ ref('fct_deals') }} as deals on steps.deal_id = deals.deal_id
    left join stays on steps.deal_id = stays.deal_id and steps.event_date >= stays.entered_on and steps.event_date < stays.left_on
    where steps.step = 'gone'
),

movements as (
    select event_date, deal_id, step as movement, pipeline, manager, team, due_month, 1 as deals, amount
    from steps
    where step in ('created', 'reopened')
    union all
    select event_date, deal_id, outcome, pipeline_before, manager_before, team_before, due_month_before, -1, -amount_before from departed
    {%- for when, out_of, into in [('later', 'slipped', 'slipped_in'), ('earlier', 'pulled_out', 'pulled_in')] %}
    union all
    select event_date, deal_id, '{{ out_of }}', pipeline_before, manager_before, team_before, due_month_before, -1, -amount_before
    from steps
    where rescheduled = '{{ when }}'
    union all
    select event_date, deal_id, '{{ into }}', pipeline_before, manager_before, team_before, due_month, 1, amount_before
    from steps
    where rescheduled = '{{ when }}'
    {%- endfor %}
    union all
    select event_date, deal_id, 'handed_over', pipeline_before, manager_before, team_before, due_month, -1, -amount_before from steps where is_moved
    union all
    select event_date, deal_id, 'taken_over', pipeline, manager, team, due_month, 1, amount_before from steps where is_moved
    union all
    select
        event_date, deal_id, case when amount > amount_before_now then 'grown' else 'shrunk' end,
        pipeline, manager, team, due_month, 0, amount - amount_before_now
    from steps
    where amount <> amount_before_now
    union all
    select event_date, deal_id, 'revalued', pipeline, manager, team, due_month, 0, amount_before_now - amount_before
    from steps
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
