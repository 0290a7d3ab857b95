{#- The periods a measure is taken over. -#}
{% macro period_grains() -%} {%- do return(['day', 'week', 'month', 'quarter', 'year']) -%} {%- endmacro %}

{#- How far the period before and the same one a year before lie, as steps of a unit; for a year they are the same.  Days and weeks are
    compared with 52 weeks before. -#}
{% macro compared_steps(grain) -%}
    {%- do return({
        'day': [['day', 1], ['day', 364]],
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
    distinct:    name → column whose values are counted once a period, the empty one not at all.  On each day a value either comes for the first
                 time in a period or was there on an earlier day of it: only those are counted whose last day before it lies before the period.
    where:       a condition on the rows
    coarse:      dimensions of very many values, kept to months and longer
    part:        a word for what is measured, in a model of measures that takes periods over from its last build (macros/reuse.sql).  Then
                 rows_hash stands behind the rest and tells all that a period's figures are made of.  For per_period that see rows and
                 the period alone.

    Where the dimensions hold both of a pair of two_way_slices, and what is measured is told unsliced too, by the pair as well: months and longer. -#}
{% macro period_measures(relation, dimensions, sums=[], per_period={}, where='true', whole=true, coarse=[], told=[], distinct={}, part='') -%}
{%- set dims = dimensions + coarse -%}
{%- set pairs = pairs_of(dims) if whole else [] -%}
{%- set hashed = ', rows_hash' if part -%}
{%- set key = 'period_grain, period_start' ~ hashed -%}
{%- set short = [] -%}
{%- if coarse -%}{%- do short.append("dimension in ('" ~ coarse | join("', '") ~ "') and whole_grain in ('day', 'week')") -%}{%- endif -%}
{%- if pairs -%}{%- do short.append(is_pair('dimension') ~ " and whole_grain in ('day', 'week', 'days')") -%}{%- endif -%}
{%- set slices_told = 'not (' ~ short | join(' or ') ~ ')' if short else 'true' -%}
{%- set rows_counted = 'rows_to_count' if part and last_built() else 'rows_in' -%}
with rows_in as (
    select * from {{ relation }} where {{ where }}
),

days_in as (
    select event_date{% if part %}, count(*) as row_count, sum({{ hash_of_row('rows_in') }}) as rows_hash{% endif %}
    from rows_in
    group by event_date
),

-- the periods that each day counts in
{{ 'days_told' if part else 'day_periods' }} as (
    {%- for span in period_spans('days_in.event_date') %}
    {%- set grain = span.grain | replace("'", "") %}
    select
        days_in.*,
        {{ span.grain }} as period_grain,
        {{ span.start }} as period_start,
        {{ 'spans.whole_grain' if 'last' in span else span.grain }} as whole_grain
        {%- if per_period %},
        {{ span.last if 'last' in span else 'days.' ~ grain ~ '_end' if grain != 'day' else 'days.date_day' }} as period_end
        {%- endif %}
    from days_in
    {{ span.join }}
    {%- if per_period and 'last' not in span %}
    left join {{ ref('dim_date') }} as days on days_in.event_date = days.date_day
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{% if part -%} {{ new_periods(part, 'period_end' if per_period) }}, {%- endif %}
{%- if rows_counted != 'rows_in' %}

{{ rows_counted }} as (
    select * from rows_in where event_date in (select event_date from day_periods)
),
{%- endif %}

{% if sums -%}
by_day as (
    select
        event_date,
        {{ sliced_by(dims, pairs=pairs) }},
        {%- for measure in sums %}
        sum({{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ rows_counted }}
    group by grouping sets (
        {%- if whole %}(event_date){{ ', ' if dims }}{% endif %}
        {%- for dim in dims %}(event_date, {{ dim }}){{ ', ' if not loop.last }}{% endfor %}
        {%- for one, other in pairs %}, (event_date, {{ one }}, {{ other }}){% endfor %})
),

by_period as (
    select
        {{ key }},
        dimension,
        dimension_key,
        {%- for measure in sums %}
        cast(sum({{ measure }}) as double) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from by_day
    inner join day_periods on by_day.event_date = day_periods.event_date
    where {{ slices_told }}
    group by {{ key }}, dimension, dimension_key
){{ ',' if per_period or distinct }}
{%- endif %}{% if distinct %}

seen as (
    {%- for measure, column in distinct.items() %}{% set last_measure = loop.last %}
    {%- for slice in slices_of(dims, pairs, whole) %}
    select '{{ measure }}' as measure, event_date, '{{ slice.dimension }}' as dimension, dimension_key, last_seen_on, count(*) as seen
    from (
        select
            event_date,
            {{ slice.key }} as dimension_key,
            lag(event_date) over (partition by {{ ([column] + slice.members) | join(', ') }} order by event_date) as last_seen_on
        from {{ rows_counted }}
        where {{ column }} is not null
    ) as days_seen
    where last_seen_on is null or last_seen_on < event_date
    group by event_date, dimension_key, last_seen_on
    {{ 'union all' if not (loop.last and last_measure) }}
    {%- endfor %}
    {%- endfor %}
),

counted as (
    select measure, {{ key }}, dimension, dimension_key, cast(sum(seen) as double) as value
    from seen
    inner join day_periods on seen.event_date = day_periods.event_date and coalesce(seen.last_seen_on < day_periods.period_start, true)
    where {{ slices_told }}
    group by measure, {{ key }}, dimension, dimension_key
){{ ',' if per_period }}
{%- endif %}{% if per_period %}

expanded as (
    select
        rows_in.*, day_periods.period_grain, day_periods.period_start, day_periods.whole_grain, day_periods.period_end
        {{- ', day_periods.rows_hash' if part }}
    from {{ rows_counted }} as rows_in
    inner join day_periods on rows_in.event_date = day_periods.event_date and day_periods.period_end is not null
),

anew as (
    {%- set few = [dimensions, whole, [], 'true'] -%}
    {%- set many = [coarse, false, [], "whole_grain not in ('day', 'week')"] -%}
    {%- set paired = [dims, false, pairs, "whole_grain not in ('day', 'week', 'days')"] -%}
    {%- for slices, unsliced, two, kept in [few] + ([many] if coarse else []) + ([paired] if pairs else []) %}
    select
        {{ key }},
        {{ sliced_by([] if two else slices, as_known=true, pairs=two) }},
        {%- for measure, expression in per_period.items() %}
        cast({{ expression }} as double) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from expanded
    where {{ kept }}
    group by grouping sets (
        {%- if unsliced %}({{ key }}){{ ', ' if slices }}{% endif %}
        {%- for dim in slices if not two %}({{ key }}, {{ known(dim) }}){{ ', ' if not loop.last }}{% endfor %}
        {%- for one, other in two %}({{ key }}, {{ known(one) }}, {{ known(other) }}){{ ', ' if not loop.last }}{% endfor %})
    {{ 'union all' if not loop.last }}
    {%- endfor %}
){% endif %}

{% for measure in sums %}
select '{{ measure }}' as measure, period_grain, period_start, dimension, dimension_key, {{ measure }} as value{{ hashed }}
from by_period
where {{ measure }} {{ 'is not null' if measure in told else '<> 0' }}
{{ 'union all' if not loop.last or per_period or distinct }}
{% endfor %}
{%- for measure in per_period %}
select '{{ measure }}' as measure, period_grain, period_start, dimension, dimension_key, {{ measure }} as value{{ hashed }}
from anew
where {{ measure }} <> 0
{{ 'union all' if not loop.last or distinct }}
{% endfor %}
{%- if distinct %}
select measure, period_grain, period_start, dimension, dimension_key, value{{ hashed }} from counted
{%- endif %}
{%- if part %}{{ periods_taken_over() }}{% endif %}
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

{#- The slices of rows one by one, as sliced_by names them: `dimension`, its `members` and their `key`, as SQL. -#}
{% macro slices_of(dims, pairs, whole) -%}
    {%- set found = [{'dimension': 'all', 'members': [], 'key': "'all'"}] if whole else [] -%}
    {%- for dim in dims -%}{%- do found.append({'dimension': dim, 'members': [known(dim)], 'key': known(dim)}) -%}{%- endfor -%}
    {%- for one, other in pairs -%}
        {%- set members = [known(one), known(other)] -%}
        {%- do found.append({'dimension': one ~ '*' ~ other, 'members': members, 'key': 'concat(' ~ members | join(', chr(31), ') ~ ')'}) -%}
    {%- endfor -%}
    {%- do return(found) -%}
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
