-- Grain: entry_id.
-- One entry of a manager's time sheet before the as-of day.  Entries of one employee and day that come to more than a day are
-- marked, and left in.
with entries as (
    select
        *,
        sum(minutes) over (partition by employee_id, date) > 24 * 60 as is_implausible
    from {{ ref('time_entries') }}
    where date < {{ as_of() }}
)

select
    entries.date as event_date,
    entries.entry_id,
    entries.employee_id as manager,
    {{ known('employees.team') }} as team,
    {{ known('entries.category') }} as category,
    entries.is_implausible,
    entries.minutes as minutes_logged,
    case when entries.category = 'selling' then entries.minutes else 0 end as minutes_selling,
    case when entries.category = 'data_entry' then entries.minutes else 0 end as minutes_data_entry,
    case when entries.category = 'content' then entries.minutes else 0 end as minutes_content
from entries
left join {{ ref('dim_employees') }} as employees on entries.employee_id = employees.employee_id
