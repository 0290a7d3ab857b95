-- Grain: entry_id.
-- One entry of a manager's time sheet, by what the time was for.  Entries of one employee and day that come to more than a day are
-- marked, and left in.
select
    worked_on as event_date,
    entry_id,
    employee_id as manager,
    team,
    category,
    sum(minutes) over (partition by employee_id, worked_on) > 24 * 60 as is_implausible,
    1 as entries_logged,
    minutes as minutes_logged,
    case when category = 'selling' then minutes else 0 end as minutes_selling,
    case when category = 'data_entry' then minutes else 0 end as minutes_data_entry,
    case when category = 'content' then minutes else 0 end as minutes_content
from {{ ref('fct_time_entries') }}
