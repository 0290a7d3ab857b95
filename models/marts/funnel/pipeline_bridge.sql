-- Grain: event_date, pipeline, manager, due_month.
-- One day, pipeline, manager and month due: the open pipeline at the end of the day before, its movements, and the open pipeline at the
-- end of the day, in deals and in money.  opening + movements = closing in every row, and so in every sum of rows of one day.
{%- set counted = [
    'created', 'reopened', 'won', 'lost', 'slipped', 'slipped_in', 'pulled_out', 'pulled_in', 'handed_over', 'taken_over'
] %}
{%- set money_only = ['grown', 'shrunk', 'revalued'] %}
with stood as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'expected_close_on') }} as date) as due_month
    from {{ ref('pipeline_daily') }}
),

parts as (
    select
        cast({{ dbt.dateadd('day', 1, 'event_date') }} as date) as event_date, 'opening' as part,
        pipeline, manager, team, due_month, 1 as deals, amount
    from stood
    where event_date < {{ dbt.dateadd('day', -1, as_of()) }}
    union all
    select event_date, movement, pipeline, manager, team, due_month, deals, amount from {{ ref('pipeline_movements') }}
    union all
    select event_date, 'closing', pipeline, manager, team, due_month, 1, amount from stood
)

select
    event_date,
    pipeline,
    manager,
    team,
    due_month,
    {%- for part in ['opening'] + counted + ['closing'] %}
    cast(sum(case when part = '{{ part }}' then deals else 0 end) as {{ dbt.type_bigint() }}) as {{ part }}_deals,
    {%- endfor %}
    {%- for part in ['opening'] + counted + money_only + ['closing'] %}
    cast(sum(case when part = '{{ part }}' then amount else 0 end) as decimal(18, 2)) as {{ part }}_amount{{ ',' if not loop.last }}
    {%- endfor %}
from parts
group by event_date, pipeline, manager, team, due_month
