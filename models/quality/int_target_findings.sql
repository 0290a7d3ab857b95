-- Grain: finding, subject.
-- One plan that no figure can be held to, or that contradicts another, as a finding.
with of_slices as (
    select slices.*, days.month_start, definitions.dimensions, definitions.kind
    from {{ ref('int_targets_by_slice') }} as slices
    inner join {{ ref('dim_date') }} as days on slices.date_day = days.date_day
    inner join {{ ref('kpi_definitions') }} as definitions on slices.kpi_id = definitions.figure_id
),

-- channels and products of days on which the whole has a plan of its own
parts as (
    select
        parts.kpi_id,
        parts.month_start,
        parts.dimension,
        parts.date_day,
        sum(parts.day_value) as parts_value,
        max(wholes.day_value) as whole_value
    from of_slices as parts
    inner join of_slices as wholes
        on parts.kpi_id = wholes.kpi_id and parts.date_day = wholes.date_day and wholes.dimension = 'all' and wholes.is_own
    where parts.dimension in ('channel', 'product') and parts.kind = 'flow'
    group by parts.kpi_id, parts.month_start, parts.dimension, parts.date_day
),

sums as (
    select kpi_id, month_start, dimension, round(sum(parts_value), 2) as parts_value, round(sum(whole_value), 2) as whole_value
    from parts
    group by kpi_id, month_start, dimension
),

all_findings as (
    select
        'plans that do not add up to that of the whole' as finding,
        concat(
            kpi_id, ' of ', left(cast(month_start as {{ dbt.type_string() }}), 7), ' by ', dimension, ': ',
            cast(cast(parts_value as decimal(24, 2)) as {{ dbt.type_string() }}), ' of ',
            cast(cast(whole_value as decimal(24, 2)) as {{ dbt.type_string() }})
        ) as subject
    from sums
    where abs(parts_value - whole_value) > 0.01
    union all
    select distinct 'plan by a dimension that its KPI does not have', concat(kpi_id, ' by ', dimension)
    from of_slices
    where dimension in ('channel', 'product') and dimensions <> 'any' and concat(' ', dimensions, ' ') not like concat('% ', dimension, ' %')
    union all
    select 'plan of several slices, which counts in none', concat(kpi_id, ' of ', cast(period_start as {{ dbt.type_string() }}))
    from {{ ref('targets') }} as targets
    where {{ names_several_slices('targets') }}
    union all
    select 'plan of a channel that does not exist', concat(targets.kpi_id, ' of ', targets.channel)
    from {{ ref('targets') }} as targets
    left join {{ ref('dim_channels') }} as channels on targets.channel = channels.channel
    where targets.channel is not null and channels.channel is null
    union all
    select distinct
        'plans of managers that are no plan of all, as others sell without one',
        concat(left(cast(slices.month_start as {{ dbt.type_string() }}), 7), ' of ', slices.dimension_key)
    from of_slices as slices
    left join {{ ref('int_quota_daily') }} as quota
        on slices.date_day = quota.event_date and slices.dimension = quota.dimension and slices.dimension_key = quota.dimension_key
    where slices.kpi_id = '{{ var("quota_kpi") }}' and slices.dimension in ('team', 'all') and quota.event_date is null
)

select
    finding,
    subject,
    count(*) as rows_affected
from all_findings
group by finding, subject
