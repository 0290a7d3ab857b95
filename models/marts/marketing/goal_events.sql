-- Grain: event_date, goal, visitor_id.
-- One visitor, day and goal (a purchase is one too) reached.
select distinct event_date, goal, visitor_id
from {{ ref('int_web_goals') }}
where visitor_id is not null
