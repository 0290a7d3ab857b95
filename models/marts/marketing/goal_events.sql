-- Grain: one visitor, day and goal (a purchase is one too) reached.
select distinct
    {{ local_date('occurred_at') }} as event_date,
    case when event = 'purchase' then 'purchase' else {{ known('goal') }} end as goal,
    web_client_id as visitor_id
from {{ ref('web_events') }}
where occurred_at < {{ cutoff() }} and event in ('goal', 'purchase')
