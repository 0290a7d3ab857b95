-- Grain: report, kpi_id, period_grain, period_start, mover_rank.
-- One indicator of a report, period of it and member (a channel, a manager, a stage) of those that moved it most, up or down; the main mover is
-- the first in the direction in which the indicator moved.  The parts of a dimension's members add up to the change; where they do not (customers
-- of two channels), the dimension names nobody; a ratio over less than nothing was moved by nobody.
with changes as (
    select * from {{ ref('int_report_changes') }}
),

wholes as (
    select
        report,
        kpi_id,
        period_grain,
        period_start,
        denominator_now,
        denominator_before,
        {{ ratio('numerator_before', 'denominator_before') }} as ratio_before,
        scale * case
            when is_ratio then {{ ratio('numerator_now', 'denominator_now') }} - {{ ratio('numerator_before', 'denominator_before') }}
            else numerator_now - numerator_before
        end as change
    from changes
    where dimension = 'all' and (not is_ratio or (denominator_now > 0 and denominator_before > 0))
),

-- a member's part in a ratio's change: what its numerator is above the due of its denominator at the ratio of before, now less before
parts as (
    select
        changes.report, changes.kpi_id, changes.period_grain, changes.period_start, changes.dimension, changes.dimension_key, wholes.change,
        changes.scale * case
            when changes.is_ratio
                then (changes.numerator_now - wholes.ratio_before * changes.denominator_now) / nullif(wholes.denominator_now, 0)
                    - (changes.numerator_before - wholes.ratio_before * changes.denominator_before) / nullif(wholes.denominator_before, 0)
            else changes.numerator_now - changes.numerator_before
        end as part
    from changes
    inner join wholes
        on changes.report = wholes.report and changes.kpi_id = wholes.kpi_id
        and changes.period_grain = wholes.period_grain and changes.period_start = wholes.period_start
    where changes.dimension <> 'all'
),

weighed as (
    select
        *,
        -- parts that differ by rounding alone are equal, and their names decide
        round(abs(part), 6) as size,
        sum(abs(part)) over (partition by report, kpi_id, period_grain, period_start, dimension) as parts_size,
        sum(part) over (partition by report, kpi_id, period_grain, period_start, dimension) as parts_sum,
        count(*) over (partition by report, kpi_id, period_grain, period_start, dimension) as members
    from parts
),

ranked as (
    select
        *,
        row_number() over (
            partition by report, kpi_id, period_grain, period_start order by size desc, dimension asc, dimension_key asc
        ) as mover_rank,
        part * change > 0 as is_along,
        row_number() over (
            partition by report, kpi_id, period_grain, period_start, part * change > 0 order by size desc, dimension asc, dimension_key asc
        ) as rank_along
    from weighed
    where members > 1 and part <> 0 and abs(parts_sum - change) <= {{ var('rounding_share') }} * parts_size
)

select
    ranked.report, ranked.kpi_id, ranked.period_grain, ranked.period_start,
    cast(ranked.mover_rank as integer) as mover_rank,
    ranked.is_along and ranked.rank_along = 1 as is_main,
    ranked.dimension as mover_dimension,
    ranked.dimension_key as mover_key,
    coalesce(special.name_ru, members.dimension_name_ru, ranked.dimension_key) as mover_ru,
    coalesce(special.name_en, members.dimension_name_en, ranked.dimension_key) as mover_en,
    ranked.part as mover_change
from ranked
left join {{ ref('dimension_members') }} as members on ranked.dimension = members.dimension and ranked.dimension_key = members.dimension_key
left join {{ ref('seed_member_names') }} as special on special.dimension = 'any' and ranked.dimension_key = special.dimension_key
where ranked.mover_rank <= {{ var('movers_told') }} or (ranked.is_along and ranked.rank_along = 1)
