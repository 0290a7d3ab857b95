-- Grain: period_grain, period_start.
-- One span of days beside the periods.  A running period is compared with the same days of the period before and of the year before,
-- <grain>_to_date, and with as many working days of them, <grain>_worked; last_<n>_days are those up to the last full day, and as many before them.
{%- set grains = "'" ~ var('pace_grains') | join("', '") ~ "'" %}
with days as (
    select
        date_day,
        sum({{ flag('is_working_day') }}) over (order by date_day rows unbounded preceding) as worked,
        {{ flag('is_working_day') }} as work
    from {{ ref('dim_date') }}
),

-- two steps for a working day, and one more for the days off behind it
paced as (
    select date_day, 2 * worked + 1 - work as pace, 2 * (worked - work) as pace_before from days
),

running as (
    select
        periods.*,
        periods.period_grain as whole_grain,
        last_days.pace - first_days.pace_before as pace
    from {{ ref('dim_period') }} as periods
    inner join paced as first_days on periods.period_start = first_days.date_day
    inner join paced as last_days on periods.last_known_day = last_days.date_day
    where not periods.is_complete
),

earlier as (
    {%- for name in ['previous', 'year_ago'] %}
    select
        whole_grain,
        {{ name }}_start as period_start,
        pace,
        cast(case whole_grain
            {%- for grain in period_grains() %}
            {%- set unit, steps = compared_steps(grain)[0 if name == 'previous' else -1] %}
            when '{{ grain }}' then {{ dbt.dateadd(unit, -steps, 'last_known_day') }}
            {%- endfor %}
        end as date) as last_day
    from running
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

spans as (
    select concat(whole_grain, '_to_date') as period_grain, whole_grain, period_start, last_day from earlier
    union all
    select concat(earlier.whole_grain, '_worked'), earlier.whole_grain, earlier.period_start, max(paced.date_day)
    from earlier
    inner join {{ ref('dim_period') }} as periods on earlier.whole_grain = periods.period_grain and earlier.period_start = periods.period_start
    inner join paced as first_days on periods.period_start = first_days.date_day
    inner join paced
        on paced.date_day >= periods.period_start and paced.date_day <= periods.period_end
        and paced.pace - first_days.pace_before <= earlier.pace
    where earlier.whole_grain in ({{ grains }})
    group by earlier.whole_grain, earlier.period_start
    {%- for days in var('rolling_days') %}
    {%- for times in [1, 2] %}
    union all
    select
        'last_{{ days }}_days', 'days', cast({{ dbt.dateadd('day', -days * times, as_of()) }} as date),
        cast({{ dbt.dateadd('day', -1 - days * (times - 1), as_of()) }} as date)
    {%- endfor %}
    {%- endfor %}
)

select
    spans.period_grain, spans.whole_grain, spans.period_start,
    coalesce(periods.period_end, spans.last_day) as period_end,
    spans.last_day as last_known_day,
    case when spans.whole_grain = 'days' then lag(spans.period_start) over (partition by spans.period_grain order by spans.period_start) end
        as previous_start
from spans
left join {{ ref('dim_period') }} as periods on spans.whole_grain = periods.period_grain and spans.period_start = periods.period_start
