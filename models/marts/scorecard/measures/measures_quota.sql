-- Grain: one measure of plans of the won amount, period, dimension and member.
with plans as (
    {{ period_measures(ref('quota_days'), dimensions=['manager', 'team'], sums=['quota_amount']) }}
),

managers as (
    select
        period_grain,
        period_start,
        {{ sliced_by(['team']) }},
        sum({{ flag('quota_amount is not null') }}) as managers_with_quota,
        sum({{ flag('attainment >= 1') }}) as managers_at_quota,
        count(*) as managers_banded,
        sum({{ flag("band = 'high'") }}) as managers_in_high_band
    from {{ ref('performance_bands') }}
    group by grouping sets ((period_grain, period_start), (period_grain, period_start, team))
)

-- a plan of a team is nobody's own, one of the whole no team's
select * from plans where dimension_key <> '{{ var("unknown_member") }}'
{%- for measure in ['managers_with_quota', 'managers_at_quota', 'managers_banded', 'managers_in_high_band'] %}
union all
select '{{ measure }}', period_grain, period_start, dimension, dimension_key, cast({{ measure }} as double)
from managers
where {{ measure }} <> 0
{%- endfor %}
