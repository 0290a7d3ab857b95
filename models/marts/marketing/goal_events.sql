-- Grain: one visitor, day and goal (a purchase is one too): reached or, so that a share can be taken, merely there to be reached.
with reached as (
    select distinct
        {{ local_date('occurred_at') }} as event_date,
        web_client_id,
        case when event = 'purchase' then 'purchase' else {{ known('goal') }} end as goal
    from {{ ref('web_events') }}
    where occurred_at < {{ cutoff() }} and event in ('goal', 'purchase')
),

goals as (
    select distinct goal from reached
),

visitors as (
    select distinct started_on as event_date, web_client_id from {{ ref('fct_web_sessions') }}
)

select
    event_date,
    goal,
    web_client_id as visitor_id,
    cast(null as {{ dbt.type_string() }}) as converted_visitor_id
from visitors
cross join goals
union all
select event_date, goal, null, web_client_id
from reached
