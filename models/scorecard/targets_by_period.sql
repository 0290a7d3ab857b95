-- Grain: kpi_id, period_grain, period_start, dimension, dimension_key.
-- One KPI, period and owner (the whole business, a team, a manager, a channel, a product) with its target.  Targets of counts and money add up
-- from days, and from managers to teams and to the whole where those have none of their own; a target of a ratio, a balance or a count of
-- different people holds in every period inside its own.
with chosen as (
    select
        targets.*,
        definitions.kind = 'flow' as adds_up
    from {{ ref('int_targets_by_slice') }} as targets
    inner join {{ ref('kpi_definitions') }} as definitions on targets.kpi_id = definitions.figure_id
    where targets.kpi_id <> '{{ var("quota_kpi") }}' and (targets.is_own or definitions.kind = 'flow')
),

expanded as (
    select
        chosen.*,
        periods.period_grain,
        periods.period_start,
        planned.kpi_id is not null as is_planned_whole
    from chosen
    inner join {{ ref('dim_period') }} as periods on chosen.date_day between periods.period_start and periods.period_end
    left join {{ ref('int_planned_periods') }} as planned
        on chosen.kpi_id = planned.kpi_id and periods.period_grain = planned.period_grain and periods.period_start = planned.period_start
        and chosen.dimension = planned.dimension and chosen.dimension_key = planned.dimension_key
)

select
    kpi_id,
    period_grain,
    period_start,
    dimension,
    dimension_key,
    -- the part of the days that are over; what does not add up is the same on each of them
    case
        when max({{ flag('adds_up') }}) = 1 then cast(sum(case when date_day < {{ as_of() }} then day_value else 0 end) as double)
        when min(period_value) = max(period_value) then max(period_value)
    end as target_to_date,
    -- what does not add up holds where the whole period has the same target; a period that is planned in part has none
    case
        when min({{ flag('is_planned_whole') }}) = 0 then null
        when max({{ flag('adds_up') }}) = 1 then cast(sum(day_value) as double)
        when min(period_value) = max(period_value) then max(period_value)
    end as target_value
from expanded
group by kpi_id, period_grain, period_start, dimension, dimension_key
