-- Grain: period_grain, period_start.
-- One period (day, ISO week, month, quarter, year) of the calendar, and one span that a running period is compared with: the same days of the
-- period before and of the year before, under the grain <grain>_to_date.
with days as (
    select * from {{ ref('dim_date') }}
),

wholes as (
    {%- for grain in period_grains() %}
    select
        '{{ grain }}' as whole_grain,
        {{ period_start("'" ~ grain ~ "'", 'date_day') }} as period_start,
        max(date_day) as period_end,
        {%- set steps = compared_steps(grain) %}
        cast({{ dbt.dateadd(steps[0][0], -steps[0][1], period_start("'" ~ grain ~ "'", 'date_day')) }} as date) as previous_start,
        cast({{ dbt.dateadd(steps[-1][0], -steps[-1][1], period_start("'" ~ grain ~ "'", 'date_day')) }} as date) as year_ago_start
    from days
    group by {{ period_start("'" ~ grain ~ "'", 'date_day') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    whole_grain as period_grain,
    wholes.*,
    case when period_start < {{ as_of() }} then cast(least(period_end, {{ dbt.dateadd('day', -1, as_of()) }}) as date) end as last_known_day,
    period_end < {{ as_of() }} as is_complete,
    case when period_end < {{ as_of() }} then whole_grain when period_start < {{ as_of() }} then concat(whole_grain, '_to_date') end
        as compared_grain
from wholes
{%- for grain in running_grains() %}
{%- for span in compared_spans(grain) %}
union all
select '{{ grain }}_to_date', wholes.*, {{ span.last }}, false, null
from wholes
where whole_grain = '{{ grain }}' and period_start = {{ span.start }}
{%- endfor %}
{%- endfor %}
