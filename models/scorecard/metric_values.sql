-- Grain: figure_id, period_grain, period_start, dimension, dimension_key.
-- One KPI or companion figure, period, dimension and member, before it is set beside other periods: numerator over denominator.
-- Totals have a row for every period since the first; slices only where something happened.
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

measures as (
    select * from {{ ref('measures') }}
),

parts as (
    select figure_id, dimensions, numerator as measure, 1 as is_numerator from definitions
    union all
    select figure_id, dimensions, denominator, 0 from definitions where denominator is not null
),

-- which figure may be told by which dimension
slices as (
    select
        parts.*,
        known.dimension
    from parts
    cross join (select distinct dimension from measures) as known
    where
        known.dimension = 'all' or parts.dimensions = 'any'
        or concat(' ', parts.dimensions, ' ') like concat('% ', known.dimension, ' %')
),

summed as (
    select
        slices.figure_id,
        measures.period_grain,
        measures.period_start,
        measures.dimension,
        measures.dimension_key,
        sum(case when slices.is_numerator = 1 then measures.value end) as numerator,
        sum(case when slices.is_numerator = 0 then measures.value end) as denominator
    from slices
    inner join measures on slices.measure = measures.measure and slices.dimension = measures.dimension
    group by slices.figure_id, measures.period_grain, measures.period_start, measures.dimension, measures.dimension_key
),

firsts as (
    select
        figure_id,
        coalesce(min(case when period_grain = 'day' then period_start end), min(period_start)) as first_start
    from summed
    where dimension = 'all'
    group by figure_id
),

totals as (
    select
        firsts.figure_id,
        periods.period_grain,
        periods.period_start,
        'all' as dimension,
        'all' as dimension_key,
        summed.numerator,
        summed.denominator
    from firsts
    inner join {{ ref('periods') }} as periods on periods.period_end >= firsts.first_start
    left join summed
        on firsts.figure_id = summed.figure_id and periods.period_grain = summed.period_grain
        and periods.period_start = summed.period_start and summed.dimension = 'all'
),

cells as (
    select * from totals
    union all
    select * from summed where dimension <> 'all'
),

-- a numerator that is absent is nought or unknown, as the definition says
told as (
    select
        cells.*,
        definitions.kind,
        definitions.scale,
        case
            when definitions.when_absent = 'unknown' or definitions.kind = 'percentile' then cells.numerator
            else coalesce(cells.numerator, 0)
        end as told_numerator
    from cells
    inner join definitions on cells.figure_id = definitions.figure_id
),

divided as (
    select
        figure_id,
        period_grain,
        period_start,
        dimension,
        dimension_key,
        case when kind = 'ratio' then scale * told_numerator / nullif(denominator, 0) else scale * told_numerator end as value,
        told_numerator as numerator,
        case when kind = 'ratio' then coalesce(denominator, 0) end as denominator
    from told
),

-- figures made of two others; `made` may itself be made of measures only
made as (
    select
        definitions.figure_id,
        upper_part.period_grain,
        upper_part.period_start,
        upper_part.dimension,
        upper_part.dimension_key,
        definitions.scale * upper_part.value / nullif(lower_part.value, 0) as value,
        upper_part.value as numerator,
        lower_part.value as denominator
    from definitions
    inner join divided as upper_part on definitions.numerator = concat('kpi:', upper_part.figure_id)
    inner join divided as lower_part
        on definitions.denominator = concat('kpi:', lower_part.figure_id)
        and upper_part.period_grain = lower_part.period_grain
        and upper_part.period_start = lower_part.period_start
        and upper_part.dimension = lower_part.dimension
        and upper_part.dimension_key = lower_part.dimension_key
    where upper_part.dimension = 'all' or concat(' ', definitions.dimensions, ' ') like concat('% ', upper_part.dimension, ' %')
)

select * from divided
union all
select * from made
