{#- The periods a measure is taken over. -#}
{% macro period_grains() -%} {%- do return(['day', 'week', 'month', 'quarter', 'year']) -%} {%- endmacro %}

{#- How far the period before and the same one a year before lie, as steps of a unit; for a year they are the same.  Weeks are compared with
    52 weeks before. -#}
{% macro compared_steps(grain) -%}
    {%- do return({
        'day': [['day', 1], ['month', 12]],
        'week': [['day', 7], ['day', 364]],
        'month': [['month', 1], ['month', 12]],
        'quarter': [['month', 3], ['month', 12]],
        'year': [['month', 12]]
    }[grain]) -%}
{%- endmacro %}

{#- The grains of which a period is running: it began before the as-of date and has not ended by then. -#}
{% macro running_grains() -%}
    {%- set today = modules.datetime.datetime.strptime(as_of_date(), '%Y-%m-%d') -%}
    {%- set months = (today.month - var('fiscal_year_starts_in')) % 12 -%}
    {%- set begins = {
        'day': true,
        'week': today.isoweekday() == var('week_starts_on'),
        'month': today.day == 1,
        'quarter': today.day == 1 and months % 3 == 0,
        'year': today.day == 1 and months == 0
    } -%}
    {%- set running = [] -%}
    {%- for grain in period_grains() if not begins[grain] -%} {%- do running.append(grain) -%} {%- endfor -%}
    {%- do return(running) -%}
{%- endmacro %}

{#- The spans that a running period of a grain is compared with: the same days of the period before and of the same one a year before, each
    with its first day and its last. -#}
{% macro compared_spans(grain) -%}
    {%- set last_day = dbt.dateadd('day', -1, as_of()) -%}
    {%- set spans = [] -%}
    {%- for unit, steps in compared_steps(grain) -%}
        {%- do spans.append({
            'start': 'cast(' ~ dbt.dateadd(unit, -steps, period_start("'" ~ grain ~ "'", last_day)) ~ ' as date)',
            'last': 'cast(' ~ dbt.dateadd(unit, -steps, last_day) ~ ' as date)'
        }) -%}
    {%- endfor -%}
    {%- do return(spans) -%}
{%- endmacro %}

{#- What a day is counted in: its period of each grain and, where a period of a grain is running, the span <grain>_to_date that the running one
    is compared with.  Each has, as SQL, its `start` (null: the day is not counted), its `last` day, and `whole`: the start for what
    counts in the whole period, as plans do. -#}
{% macro period_spans(day) -%}
    {%- set spans = [] -%}
    {%- for grain in period_grains() -%}
        {%- set start = period_start("'" ~ grain ~ "'", day) -%}
        {%- do spans.append({'grain': grain, 'start': start, 'whole': start}) -%}
    {%- endfor -%}
    {%- for grain in running_grains() -%}
        {%- set start, last, whole = [], [], [] -%}
        {%- for span in compared_spans(grain) -%}
            {%- set inside = 'when ' ~ day ~ ' between ' ~ span.start ~ ' and ' ~ span.last ~ ' then ' -%}
            {%- do start.append(inside ~ span.start) -%}
            {%- do last.append(inside ~ span.last) -%}
            {%- do whole.append('when ' ~ period_start("'" ~ grain ~ "'", day) ~ ' = ' ~ span.start ~ ' then ' ~ span.start) -%}
        {%- endfor -%}
        {%- do spans.append({
            'grain': grain ~ '_to_date',
            'start': 'case ' ~ start | join(' ') ~ ' end',
            'last': 'case ' ~ last | join(' ') ~ ' end',
            'whole': 'case ' ~ whole | join(' ') ~ ' end'
        }) -%}
    {%- endfor -%}
    {%- do return(spans) -%}
{%- endmacro %}

{#- Measures of one subject mart by period and dimension, in long form:
    measure, period_grain, period_start, dimension, dimension_key, value.
    Where a period is running, also for the spans that it is compared with, under the grain <grain>_to_date.

    relation:    the subject mart, one row an event, its day in event_date
    dimensions:  columns to slice by, one at a time; whole: also unsliced
    sums:        columns that add up over anything
    told:        those of them that stand where they come to nought: no row means that nobody told them
    per_period:  name → aggregate expression taken over the rows of each period anew (distinct counts, percentiles, conditions on
                 period_start or period_end); never added up over periods
    where:       a condition on the rows
    coarse:      dimensions of very many values, kept to months and longer -#}
{% macro period_measures(relation, dimensions, sums=[], per_period={}, where='true', whole=true, coarse=[], told=[]) -%}
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
    {%- for span in period_spans('event_date') %}
    select
        '{{ span.grain }}' as period_grain,
        {{ span.start }} as period_start,
        dimension,
        dimension_key,
        {%- for measure in sums %}
        cast(sum({{ measure }}) as double) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from by_day
    where {{ span.start ~ ' is not null' if 'last' in span else 'true' }}
        {{ "and dimension not in ('" ~ (coarse | join("', '")) ~ "')" if coarse and span.grain in ('day', 'week', 'week_to_date') }}
    group by 2, 3, 4
    {{ 'union all' if not loop.last }}
    {%- endfor %}
){% endif %}{% if per_period %},

expanded as (
    {%- for span in period_spans('rows_in.event_date') %}
    select
        rows_in.*,
        '{{ span.grain }}' as period_grain,
        {%- if 'last' in span %}
        {{ span.start }} as period_start,
        {{ span.last }} as period_end
    from rows_in
    where {{ span.start }} is not null
        {%- else %}
        days.{{ span.grain ~ '_start' if span.grain != 'day' else 'date_day' }} as period_start,
        days.{{ span.grain }}_end as period_end
    from rows_in
    inner join {{ ref('dim_date') }} as days on rows_in.event_date = days.date_day
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

anew as (
    select
        period_grain,
        period_start,
        {{ sliced_by(dims, as_known=true) }},
        {%- for measure, expression in per_period.items() %}
        cast({{ expression }} as double) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from expanded
    group by grouping sets (
        {%- if whole %}(period_grain, period_start){{ ', ' if dims }}{% endif %}
        {%- for dim in dims %}(period_grain, period_start, {{ known(dim) }}){{ ', ' if not loop.last }}{% endfor %})
){% endif %}

{% for measure in sums %}
select '{{ measure }}' as measure, period_grain, period_start, dimension, dimension_key, {{ measure }} as value
from by_period
where {{ measure }} {{ 'is not null' if measure in told else '<> 0' }}
{{ 'union all' if not loop.last or per_period }}
{% endfor %}
{%- for measure in per_period %}
select '{{ measure }}' as measure, period_grain, period_start, dimension, dimension_key, {{ measure }} as value
from anew
where {{ measure }} <> 0
{{- " and (period_grain not in ('day', 'week', 'week_to_date') or dimension not in ('" ~ (coarse | join("', '")) ~ "'))" if coarse }}
{{ 'union all' if not loop.last }}
{% endfor %}
{%- endmacro %}

{#- In a query by grouping sets of one dimension each: which dimension a row is of, and its value.  as_known: the sets are of known(dim), so that
    what is empty and what says that it is unknown are one member. -#}
{% macro sliced_by(dims, as_known=false) -%}
    case
        {%- for dim in dims %}
        when grouping({{ known(dim) if as_known else dim }}) = 0 then '{{ dim }}'
        {%- endfor %}
        else 'all'
    end as dimension,
        case
        {%- for dim in dims %}
        when grouping({{ known(dim) if as_known else dim }}) = 0 then {{ known(dim) }}
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
