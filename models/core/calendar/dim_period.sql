-- Grain: period_grain, period_start.
-- One period (day, week, month, quarter, year) of the calendar.
{% set fiscal_day = dbt.dateadd('month', (13 - var('fiscal_year_starts_in')) % 12, 'period_start') -%}
{%- set thursday = dbt.dateadd('day', (11 - var('week_starts_on')) % 7, 'period_start') -%}
{%- set year_prefix = 'FY' if var('fiscal_year_starts_in') != 1 else '' -%}
with days as (
    select * from {{ ref('dim_date') }}
),

wholes as (
    {%- for grain in period_grains() %}
    select
        '{{ grain }}' as whole_grain,
        {{ period_start("'" ~ grain ~ "'", 'date_day') }} as period_start,
        max(date_day) as period_end,
        cast(sum({{ flag('is_working_day') }}) as integer) as working_days,
        cast(sum({{ flag('is_working_day and date_day < ' ~ as_of()) }}) as integer) as working_days_passed,
        {%- set steps = compared_steps(grain) %}
        cast({{ dbt.dateadd(steps[0][0], -steps[0][1], period_start("'" ~ grain ~ "'", 'date_day')) }} as date) as previous_start,
        cast({{ dbt.dateadd(steps[-1][0], -steps[-1][1], period_start("'" ~ grain ~ "'", 'date_day')) }} as date) as year_ago_start
    from days
    group by {{ period_start("'" ~ grain ~ "'", 'date_day') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- a week is named after its Thursday, as ISO weeks are; a fiscal year after the year in which it ends
named as (
    select
        *,
        case whole_grain
            when 'day' then cast(period_start as {{ dbt.type_string() }})
            when 'week'
                then concat(extract(year from {{ thursday }}), '-W', right(concat('0', extract(week from {{ thursday }})), 2))
            when 'month' then left(cast(period_start as {{ dbt.type_string() }}), 7)
            when 'quarter'
                then concat('{{ year_prefix }}', extract(year from {{ fiscal_day }}), '-Q', extract(quarter from {{ fiscal_day }}))
            else concat('{{ year_prefix }}', extract(year from {{ fiscal_day }}))
        end as period_name
    from wholes
)

select
    whole_grain as period_grain,
    period_start,
    period_name,
    period_end,
    working_days,
    working_days_passed,
    previous_start,
    year_ago_start,
    case when period_start < {{ as_of() }} then cast(least(period_end, {{ dbt.dateadd('day', -1, as_of()) }}) as date) end as last_known_day,
    period_end < {{ as_of() }} as is_complete,
    case when period_end < {{ as_of() }} then whole_grain when period_start < {{ as_of() }} then concat(whole_grain, '_to_date') end
        as compared_grain
from named
