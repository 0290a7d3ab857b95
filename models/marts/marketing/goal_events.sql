-- Grain: one visitor, day and goal (a purchase is one too) reached.
select distinct event_date, goal, visitor_id
from {{ ref('int_web_goals') }}
