-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of plans of the won amount, period, dimension and member.  A running period has the plan of all its days; one that is
-- planned in part has none, nor has a team or the whole of which many deals are of managers without a plan.
with plans as (
    {%- for span in period_spans('event_date') %}
    select
        {{ span.grain }} as period_grain,
        {{ span.start }} as period_start,
        dimension,
        dimension_key,
        cast(sum(quota_amount) as double) as quota_amount
    from {{ ref('quota_days') }}
    {{ span.whole_join }}
    where {{ span.start }} < {{ as_of() }}
    group by {{ 'spans.period_grain, ' if 'last' in span }}{{ span.start }}, dimension, dimension_key
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

whole_plans as (
    select plans.*
    from plans
    inner join {{ ref('int_planned_periods') }} as planned
        on planned.kpi_id = '{{ var("quota_kpi") }}' and plans.period_grain = planned.period_grain and plans.period_start = planned.period_start
        and plans.dimension = planned.dimension and plans.dimension_key = planned.dimension_key
),

managers as (
    select
        period_grain,
        period_start,
        {{ sliced_by(['team']) }},
        sum({{ flag('quota_amount is not null') }}) as managers_with_quota,
        sum({{ flag('attainment >= 1') }}) as managers_at_quota,
        count(band) as managers_banded,
        sum({{ flag("band = 'high'") }}) as managers_in_high_band
    from {{ ref('performance_bands') }}
    group by grouping sets ((period_grain, period_start), (period_grain, period_start, team))
)

select 'quota_amount' as measure, period_grain, period_start, dimension, dimension_key, quota_amount as value
from whole_plans
where quota_amount <> 0
{%- for measure in ['managers_with_quota', 'managers_at_quota', 'managers_banded', 'managers_in_high_band'] %}
union all
select '{{ measure }}', period_grain, period_start, dimension, dimension_key, cast({{ measure }} as double)
from managers
where {{ measure }} <> 0
{%- endfor %}
