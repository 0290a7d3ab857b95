-- Grain: figure_id.
-- One KPI or companion figure, with the first day that all the data it is made of cover (null: none of them were ever loaded).
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

parts as (
    select figure_id, numerator as part from definitions
    union all
    select figure_id, denominator from definitions where denominator is not null
),

of_measures as (
    select
        parts.figure_id,
        max(starts.first_day) as covered_from
    from parts
    inner join {{ ref('seed_measures') }} as measures on parts.part = measures.measure
    left join {{ ref('subject_starts') }} as starts on concat(' ', measures.subjects, ' ') like concat('% ', starts.subject, ' %')
    group by parts.figure_id
),

-- figures made of others, which are made of measures
of_figures as (
    select parts.figure_id, max(of_measures.covered_from) as covered_from
    from parts
    inner join of_measures on parts.part = concat('kpi:', of_measures.figure_id)
    group by parts.figure_id
)

select figure_id, covered_from from of_measures
union all
select figure_id, covered_from from of_figures
