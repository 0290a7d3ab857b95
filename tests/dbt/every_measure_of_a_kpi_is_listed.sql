-- Proves that of every measure which makes a KPI it is said what its absence means and from which subjects it comes, that every subject named is one,
-- that nothing is listed that nothing is made of, and that one model alone counts it.
with parts as (
    select numerator as measure from {{ ref('kpi_definitions') }}
    union
    select denominator from {{ ref('kpi_definitions') }} where denominator is not null
),

counted as (
    {%- for subject in var('measure_subjects') %}
    select distinct measure, '{{ subject }}' as subject from {{ ref('measures_' ~ subject) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select 'not listed' as what, parts.measure
from parts
left join {{ ref('seed_measures') }} as listed on parts.measure = listed.measure
where listed.measure is null and parts.measure not like 'kpi:%'

union all

select 'counted, but not listed', counted.measure
from counted
left join {{ ref('seed_measures') }} as listed on counted.measure = listed.measure
where listed.measure is null

union all

select 'counted by several models', measure
from counted
group by measure
having count(*) > 1

union all

select 'comes from no subject', listed.measure
from {{ ref('seed_measures') }} as listed
left join {{ ref('subject_starts') }} as starts on concat(' ', listed.subjects, ' ') like concat('% ', starts.subject, ' %')
group by listed.measure
having count(starts.subject) < max(length(listed.subjects) - length(replace(listed.subjects, ' ', '')) + 1)
