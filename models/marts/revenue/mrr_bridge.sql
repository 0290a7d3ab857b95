-- Grain: period_grain, period_start, movement.
-- One period and kind of movement with what it added to the monthly recurring revenue; the opening is a row too, so the rows of a period add up
-- to its closing.  A kind of which nothing came is there with nought.
with kinds as (
    select * from {{ ref('seed_member_names') }} where dimension = 'movement'
),

moved as (
    select period_grain, period_start, movement, sum(mrr_change) as mrr
    from {{ ref('mrr_movements') }}
    group by period_grain, period_start, movement
),

changes as (
    select
        periods.period_grain,
        periods.period_start,
        periods.is_complete,
        kinds.dimension_key as movement,
        kinds.name_ru,
        kinds.name_en,
        kinds.member_rank,
        coalesce(moved.mrr, 0) as mrr
    from {{ ref('periods') }} as periods
    cross join kinds
    left join moved
        on periods.period_grain = moved.period_grain and periods.period_start = moved.period_start and kinds.dimension_key = moved.movement
    where periods.period_grain = periods.whole_grain
),

levels as (
    select
        *,
        sum(mrr) over (partition by period_grain order by period_start range unbounded preceding)
        - sum(mrr) over (partition by period_grain, period_start) as opening
    from changes
)

select
    period_grain,
    period_start,
    is_complete,
    movement,
    member_rank as movement_rank,
    name_ru as movement_name_ru,
    name_en as movement_name_en,
    cast(case when movement = 'opening' then opening else mrr end as decimal(18, 2)) as mrr
from levels
