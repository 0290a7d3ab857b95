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

{#- What a day is counted in: its period of each grain, and the spans that stand beside the periods (dim_period_span).  Each has, as SQL, its `grain`
    and its `start`; the spans also the `join` that finds them, their `last` day, and the join of what counts in the whole period, as plans do. -#}
{% macro period_spans(day) -%}
    {%- set found = [] -%}
    {%- for grain in period_grains() -%}
        {%- do found.append({'grain': "'" ~ grain ~ "'", 'start': period_start("'" ~ grain ~ "'", day), 'join': '', 'whole_join': ''}) -%}
    {%- endfor -%}
    {%- set join = 'inner join ' ~ ref('dim_period_span') ~ ' as spans on ' ~ day ~ ' >= spans.period_start and ' ~ day ~ ' <= spans.' -%}
    {%- do found.append({
        'grain': 'spans.period_grain',
        'start': 'spans.period_start',
        'last': 'spans.last_known_day',
        'join': join ~ 'last_known_day',
        'whole_join': join ~ 'period_end'
    }) -%}
    {%- do return(found) -%}
{%- endmacro %}

{#- Measures of one subject mart by period and dimension, in long form:
    measure, period_grain, period_start, dimension, dimension_key, value.
    Also for the spans beside the periods.

    relation:    the subject mart, one row an event, its day in event_date
    dimensions:  columns to slice by, one at a time; whole: also unsliced
    sums:        columns that add up over anything
    told:        those of them that stand where they come to nought: no row means that nobody told them
    per_period:  name → aggregate expression taken over the rows of each period anew (distinct counts, percentiles, conditions on
                 period_start or period_end); never added up over periods
    where:       a condition on the rows
    coarse:      dimensions of very many values, kept to months and longer

    Where the dimensions hold both of a pair of two_way_slices, and what is measured is told unsliced too, by the pair as well: months and longer. -#}
{% macro period_measures(relation, dimensions, sums=[], per_period={}, where='true', whole=true, coarse=[], told=[]) -%}
{%- set dims = dimensions + coarse -%}
{%- set pairs = pairs_of(dims) if whole else [] -%}
with rows_in as (
    select * from {{ relation }} where {{ where }}
){% if sums %},

by_day as (
    select
        event_date,
        {{ sliced_by(dims, pairs=pairs) }},
        {%- for measure in sums %}
        sum({{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from rows_in
    group by grouping sets (
        {%- if whole %}(event_date){{ ', ' if dims }}{% endif %}
        {%- for dim in dims %}(event_date, {{ dim }}){{ ', ' if not loop.last }}{% endfor %}
        {%- for one, other in pairs %}, (event_date, {{ one }}, {{ other }}){% endfor %})
),

by_period as (
    {%- for span in period_spans('event_date') %}
    select
        {{ span.grain }} as period_grain,
        {{ span.start }} as period_start,
        dimension,
        dimension_key,
        {%- for measure in sums %}
        cast(sum({{ measure }}) as double) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from by_day
    {{ span.join }}
    where true
    {%- if coarse and ('last' in span or span.grain in ("'day'", "'week'")) %}
    and (dimension not in ('{{ coarse | join("', '") }}'){{ " or spans.whole_grain <> 'week'" if 'last' in span }})
    {%- endif %}
    {%- if pairs and span.grain in ("'day'", "'week'", 'spans.period_grain') %}
    and (not {{ is_pair('dimension') }}{{ " or spans.whole_grain in ('month', 'quarter', 'year')" if 'last' in span }})
    {%- endif %}
    group by 1, 2, 3, 4
    {{ 'union all' if not loop.last }}
    {%- endfor %}
){% endif %}{% if per_period %},

expanded as (
    {%- for span in period_spans('rows_in.event_date') %}
    select
        rows_in.*,
        {{ span.grain }} as period_grain,
        {%- if 'last' in span %}
        {{ span.start }} as period_start,
        {{ span.last }} as period_end
    from rows_in
    {{ span.join }}
        {%- else %}
        {%- set grain = span.grain | replace("'", "") %}
        days.{{ grain ~ '_start' if grain != 'day' else 'date_day' }} as period_start,
        days.{{ grain }}_end as period_end
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
        {{ sliced_by(dims, as_known=true, pairs=pairs) }},
        {%- for measure, expression in per_period.items() %}
        cast({{ expression }} as double) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from expanded
    group by grouping sets (
        {%- if whole %}(period_grain, period_start){{ ', ' if dims }}{% endif %}
        {%- for dim in dims %}(period_grain, period_start, {{ known(dim) }}){{ ', ' if not loop.last }}{% endfor %}
        {%- for one, other in pairs %}, (period_grain, period_start, {{ known(one) }}, {{ known(other) }}){% endfor %})
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
{{- " and (period_grain not like 'day%' and period_grain not like 'week%' and period_grain not like 'last%' or not " ~ is_pair('dimension') ~ ")" if pairs }}
{{ 'union all' if not loop.last }}
{% endfor %}
{%- endmacro %}

{#- In a query by grouping sets of one dimension each: which dimension a row is of, and its value.  as_known: the sets are of known(dim), so that
    what is empty and what says that it is unknown are one member.  pairs: those of two dimensions, whose names and members stand one after the other. -#}
{% macro sliced_by(dims, as_known=false, pairs=[]) -%}
    case
        {%- for one, other in pairs %}
        when grouping({{ known(one) if as_known else one }}) = 0 and grouping({{ known(other) if as_known else other }}) = 0 then '{{ one }}*{{ other }}'
        {%- endfor %}
        {%- for dim in dims %}
        when grouping({{ known(dim) if as_known else dim }}) = 0 then '{{ dim }}'
        {%- endfor %}
        else 'all'
    end as dimension,
        case
        {%- for one, other in pairs %}
        when grouping({{ known(one) if as_known else one }}) = 0 and grouping({{ known(other) if as_known else other }}) = 0
            then concat({{ known(one) }}, chr(31), {{ known(other) }})
        {%- endfor %}
        {%- for dim in dims %}
        when grouping({{ known(dim) if as_known else dim }}) = 0 then {{ known(dim) }}
        {%- endfor %}
        else 'all'
    end as dimension_key
{%- endmacro %}

{#- The pairs of two_way_slices both of which stand among some dimensions. -#}
{% macro pairs_of(dims) -%}
    {%- set found = [] -%}
    {%- for one, other in var('two_way_slices') if one in dims and other in dims -%}{%- do found.append([one, other]) -%}{%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}

{#- Whether a row is of a pair of dimensions.  Its dimension is the two names with * between them, its key the two members with chr(31). -#}
{% macro is_pair(dimension) -%} {{ dimension }} like '%*%' {%- endmacro %}

{#- Whether a KPI may be told by a dimension, of a pair by both. -#}
{% macro is_told_by(dimensions, dimension) -%}
    {%- set first = dbt.split_part(dimension, "'*'", 1) -%}
    {%- set last = 'case when ' ~ is_pair(dimension) ~ ' then ' ~ dbt.split_part(dimension, "'*'", 2) ~ ' else ' ~ dimension ~ ' end' -%}
    ({{ dimension }} = 'all' or {{ dimensions }} = 'any'
    {%- for name in [first, last] %} {{ 'and' if loop.last else 'or' }} concat(' ', {{ dimensions }}, ' ') like concat('% ', {{ name }}, ' %') {%- endfor -%})
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
