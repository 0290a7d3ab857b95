-- Grain: date_day.
-- One day of the business's calendar.
with days as (
    {{ dbt.date_spine(
        datepart='day',
        start_date="cast('" ~ var('calendar_starts_on') ~ "' as date)",
        end_date="cast('" ~ ((as_of_date()[:4] | int) + 3) ~ "-01-01' as date)"
    ) }}
),

exceptions as (
    select
        date,
        is_working_day,
        opens_at,
        closes_at,
        row_number() over (partition by date order by case when source_system = 'seed' then 1 else 0 end) as row_no
    from {{ ref('working_calendar') }}
),

hours as (
    select
        cast(days.date_day as date) as date_day,
        exceptions.date is not null as is_named,
        coalesce(exceptions.is_working_day, {{ iso_weekday('days.date_day') }} <= 5) as is_working_day,
        coalesce({{ seconds_of_day('exceptions.opens_at') }}, {{ seconds_of_day("'" ~ var('work_opens_at') ~ "'") }}) as opens_at_second,
        coalesce({{ seconds_of_day('exceptions.closes_at') }}, {{ seconds_of_day("'" ~ var('work_closes_at') ~ "'") }}) as closes_at_second
    from days
    left join exceptions on cast(days.date_day as date) = exceptions.date and exceptions.row_no = 1
),

working as (
    select
        *,
        case when is_working_day then greatest(closes_at_second - opens_at_second, 0) else 0 end as working_seconds
    from hours
)

select
    date_day,
    cast({{ start_of('week', 'date_day') }} as date) as week_start,
    cast({{ start_of('month', 'date_day') }} as date) as month_start,
    cast({{ start_of('quarter', 'date_day') }} as date) as quarter_start,
    cast({{ start_of('year', 'date_day') }} as date) as year_start,
    date_day as day_end,
    cast({{ dbt.dateadd('day', 6, start_of('week', 'date_day')) }} as date) as week_end,
    cast({{ dbt.last_day('date_day', 'month') }} as date) as month_end,
    cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 3, start_of('quarter', 'date_day'))) }} as date) as quarter_end,
    cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 12, start_of('year', 'date_day'))) }} as date) as year_end,
    is_named,
    is_working_day,
    opens_at_second,
    closes_at_second,
    working_seconds,
    cast(sum(working_seconds) over (order by date_day rows unbounded preceding) - working_seconds as bigint) as working_seconds_before
from working
