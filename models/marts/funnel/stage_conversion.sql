-- Grain: period_grain, period_start, pipeline, stage.
-- One period, pipeline and stage: how many deals entered it and went on, how many of the pipeline's first stage came as far, and
-- whether it is the pipeline's bottleneck of the period: its weakest stage by decided deals, unless chance alone could make the gap to the next.
{%- set grains = "'" ~ period_grains() | join("', '") ~ "'" %}
with entered as (
    select
        measures.period_grain,
        measures.period_start,
        stages.pipeline_id as pipeline,
        stages.stage_key as stage,
        stages.stage_name,
        stages.stage_rank,
        cast(max(case when measures.measure = 'stage_entries' then measures.value end) as bigint) as deals_entered,
        cast(coalesce(max(case when measures.measure = 'stage_passes' then measures.value end), 0) as bigint) as deals_passed,
        cast(coalesce(max(case when measures.measure = 'stage_entries_decided' then measures.value end), 0) as bigint) as deals_decided,
        max(case when measures.measure = 'stage_days_median' then measures.value end) as median_days
    from {{ ref('measures_stages') }} as measures
    inner join {{ ref('dim_stages') }} as stages
        on measures.dimension = 'stage' and measures.dimension_key = stages.stage_key and stages.object = 'deal'
    where stages.status = 'open' and measures.period_grain in ({{ grains }})
    group by measures.period_grain, measures.period_start, stages.pipeline_id, stages.stage_key, stages.stage_name, stages.stage_rank
),

ranked as (
    select
        *,
        {{ ratio('deals_passed', 'deals_decided') }} as decided_conversion,
        row_number() over weakest as weakness,
        lead(deals_passed) over weakest as next_passed,
        lead(deals_decided) over weakest as next_decided
    from entered
    where deals_entered > 0
    window weakest as (
        partition by period_grain, period_start, pipeline order by {{ ratio('deals_passed', 'deals_decided') }} nulls last, stage_rank
    )
),

-- how far apart the shares of two stages of one and the same conversion may lie by chance
compared as (
    select
        *,
        {{ ratio('next_passed', 'next_decided') }} - decided_conversion as gap,
        {{ ratio('deals_passed + next_passed', 'deals_decided + next_decided') }} as joint_conversion,
        cast(1 as double) / nullif(deals_decided, 0) + cast(1 as double) / nullif(next_decided, 0) as spread
    from ranked
)

select
    ranked.period_grain,
    ranked.period_start,
    ranked.pipeline,
    ranked.stage,
    ranked.stage_name,
    ranked.stage_rank,
    ranked.deals_entered,
    ranked.deals_passed,
    ranked.deals_decided,
    ranked.deals_entered - ranked.deals_decided as deals_open,
    {{ ratio('ranked.deals_passed', 'ranked.deals_entered') }} as conversion,
    ranked.decided_conversion,
    ranked.median_days,
    first_to_last.first_to_last_conversion,
    coalesce(
        ranked.weakness = 1
        and ranked.gap > {{ var('chance_deviations') }} * sqrt(ranked.joint_conversion * (1 - ranked.joint_conversion) * ranked.spread),
        false
    ) as is_bottleneck
from compared as ranked
left join {{ ref('int_first_to_last') }} as first_to_last
    on ranked.period_grain = first_to_last.period_grain
    and ranked.period_start = first_to_last.period_start
    and ranked.pipeline = first_to_last.pipeline
