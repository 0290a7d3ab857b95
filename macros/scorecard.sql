{#- The periods a measure is taken over. -#}
{% macro period_grains() -%} {%- do return(['day', 'week', 'month', 'quarter', 'year']) -%} {%- endmacro %}

{#- Measures of one subject mart by period and dimension, in long form:
    measure, period_grain, period_start, dimension, dimension_key, value.

    relation:    the subject mart, one row an event, its day in event_date
    dimensions:  columns to slice by, one at a time; whole: also unsliced
    sums:        columns that add up over anything
    per_period:  name → aggregate expression taken over the rows of each period anew (distinct counts, percentiles, conditions on
                 period_start or period_end); never added up over periods
    where:       a condition on the rows
    coarse:      dimensions of very many values, kept to months and longer -#}
{% macro period_measures(relation, dimensions, sums=[], per_period={}, where='true', whole=true, coarse=[]) -%}
{%- set dims = dimensions + coarse -%}
with rows_in as (
    select * from {{ relation }} where {{ where }}
){% if sums %},

by_day as (
    select
        event_date,
        {{ sliced_by(dims) }},
        {%- for measure in sums %}
        sum({{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from rows_in
    group by grouping sets ({% if whole %}(event_date){{ ', ' if dims }}{% endif %}{% for dim in dims %}(event_date, {{ dim }}){{ ', ' if not loop.last }}{% endfor %})
),

by_period as (
    {%- for grain in period_grains() %}
    select
        '{{ grain }}' as period_grain,
        {{ period_start("'" ~ grain ~ "'", 'event_date') }} as period_start,
        dimension,
        dimension_key,
        {%- for measure in sums %}
        cast(sum({{ measure }}) as double) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from by_day
    {{ "where dimension not in ('" ~ (coarse | join("', '")) ~ "')" if coarse and grain in ('day', 'week') }}
    group by 2, 3, 4
    {{ 'union all' if not loop.last }}
    {%- endfor %}
){% endif %}{% if per_period %},

expanded as (
    {%- for grain in period_grains() %}
    select
        rows_in.*,
        '{{ grain }}' as period_grain,
        days.{{ grain ~ '_start' if grain != 'day' else 'date_day' }} as period_start,
        days.{{ grain }}_end as period_end
    from rows_in
    inner join {{ ref('dim_date') }} as days on rows_in.event_date = days.date_day
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

anew as (
    select
        period_grain,
        period_start,
        {{ sliced_by(dims) }},
        {%- for measure, expression in per_period.items() %}
        cast({{ expression }} as double) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from expanded
    group by grouping sets (
        {%- if whole %}(period_grain, period_start){{ ', ' if dims }}{% endif %}
        {%- for dim in dims %}(period_grain, period_start, {{ dim }}){{ ', ' if not loop.last }}{% endfor %})
){% endif %}

{% for measure in sums %}
select '{{ measure }}' as measure, period_grain, period_start, dimension, dimension_key, {{ measure }} as value
from by_period
where {{ measure }} <> 0
{{ 'union all' if not loop.last or per_period }}
{% endfor %}
{%- for measure in per_period %}
select '{{ measure }}' as measure, period_grain, period_start, dimension, dimension_key, {{ measure }} as value
from anew
where {{ measure }} <> 0
{{- " and (period_grain not in ('day', 'week') or dimension not in ('" ~ (coarse | join("', '")) ~ "'))" if coarse }}
{{ 'union all' if not loop.last }}
{% endfor %}
{%- endmacro %}

{#- In a query by grouping sets of one dimension each: which dimension a row is of, and its value. -#}
{% macro sliced_by(dims) -%}
    case
        {%- for dim in dims %}
        when grouping({{ dim }}) = 0 then '{{ dim }}'
        {%- endfor %}
        else 'all'
    end as dimension,
        case
        {%- for dim in dims %}
        when grouping({{ dim }}) = 0 then {{ known(dim) }}
        {%- endfor %}
        else 'all'
    end as dimension_key
{%- endmacro %}

{#- Balances of one subject: what had come and not gone by the end of each period (for the running one, by the last full day).
    relation: one row a change, its day in event_date, what came with a plus and what went with a minus;
    opening:  the balance before the period's first day instead. -#}
{% macro balance_measures(relation, dimensions, balances, where='true', whole=true, opening=false) -%}
with rows_in as (
    select * from {{ relation }} where {{ where }}
),

changes as (
    select
        event_date,
        {{ sliced_by(dimensions) }},
        {%- for measure in balances %}
        sum({{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from rows_in
    group by grouping sets ({% if whole %}(event_date){{ ', ' if dimensions }}{% endif %}{% for dim in dimensions %}(event_date, {{ dim }}){{ ', ' if not loop.last }}{% endfor %})
),

levels as (
    select
        dimension,
        dimension_key,
        event_date as valid_from,
        lead(event_date, 1, cast('9999-12-31' as date)) over (partition by dimension, dimension_key order by event_date) as valid_until,
        {%- for measure in balances %}
        sum({{ measure }}) over (partition by dimension, dimension_key order by event_date rows unbounded preceding) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from changes
),

at_period_ends as (
    select
        periods.period_grain,
        periods.period_start,
        levels.*
    from {{ ref('periods') }} as periods
    inner join levels
        {%- set day = dbt.dateadd('day', -1, 'periods.period_start') if opening else 'periods.last_known_day' %}
        on {{ day }} >= levels.valid_from and {{ day }} < levels.valid_until
)

{% for measure in balances %}
select
    '{{ measure }}' as measure,
    period_grain,
    period_start,
    dimension,
    dimension_key,
    cast({{ measure }} as double) as value
from at_period_ends
where {{ measure }} <> 0
{{ 'union all' if not loop.last }}
{% endfor %}
{%- endmacro %}
