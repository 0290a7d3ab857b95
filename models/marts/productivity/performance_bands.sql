-- Grain: period_grain, period_start, manager.
-- One period and manager with a plan or with deals of his own in it, with his band.  Against a plan the band goes by its attainment; without
-- one, by the third of the period's managers that his won amount puts him in.  A period that is planned in part has neither plan nor bands.
with amounts as (
    select event_date, dimension_key as manager, quota_amount, 0 as won_amount, 0 as is_deal, 1 as is_plan
    from {{ ref('quota_days') }} where dimension = 'manager'
    union all
    select event_date, manager, 0, won_amount, 1, 0 from {{ ref('deal_events') }}
),

by_period as (
    {%- for span in period_spans('event_date') %}
    select
        {{ span.grain }} as period_grain, {{ span.start }} as period_start, manager,
        cast(sum(quota_amount) as decimal(18, 2)) as quota_amount, cast(sum(won_amount) as decimal(18, 2)) as won_amount,
        max(is_deal) = 1 as has_deals
    from amounts
    {{ span.whole_join }}
    where
        manager <> '{{ var("unknown_member") }}' and {{ span.start }} < {{ as_of() }}
        {{ 'and (is_plan = 1 or event_date <= ' ~ span.last ~ ')' if 'last' in span }} -- the plan is that of the whole period
    group by 1, 2, 3
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

planned as (
    select distinct period_grain, period_start from {{ ref('int_planned_periods') }}
    where kpi_id = '{{ var("quota_kpi") }}' and dimension = 'manager'
),

judged as (
    select
        by_period.period_grain, by_period.period_start, by_period.manager, by_period.won_amount,
        case when planned.period_start is not null then by_period.quota_amount end as quota_amount,
        planned.period_start is null
        and max(by_period.quota_amount) over (partition by by_period.period_grain, by_period.period_start) > 0 as is_planned_in_part
    from by_period
    left join planned on by_period.period_grain = planned.period_grain and by_period.period_start = planned.period_start
    where by_period.quota_amount > 0 or by_period.has_deals
),

ranked as (
    select
        *,
        {{ ratio('won_amount', 'quota_amount') }} as attainment,
        rank() over (partition by period_grain, period_start order by won_amount desc) - 1 as managers_above,
        count(*) over (partition by period_grain, period_start) as managers_banded
    from judged
),

banded as (
    select
        *,
        case
            when is_planned_in_part then null
            when quota_amount > 0 then case
                when attainment >= {{ var('high_band_from') }} then 'high'
                when attainment >= {{ var('middle_band_from') }} then 'middle'
                else 'low'
            end
            when won_amount <= 0 then 'low'
            when managers_above * 3 < managers_banded then 'high'
            when managers_above * 3 < managers_banded * 2 then 'middle'
            else 'low'
        end as band
    from ranked
),

counted as (
    select *, nullif(count(band) over (partition by period_grain, period_start, band), 0) as managers_in_band from banded
)

select
    counted.period_grain, counted.period_start, counted.manager,
    {{ known('employees.employee_name') }} as manager_name, {{ known('employees.team') }} as team,
    case when counted.quota_amount > 0 then counted.quota_amount end as quota_amount, counted.won_amount, counted.attainment, counted.band,
    counted.managers_in_band, {{ ratio('counted.managers_in_band', 'counted.managers_banded') }} as share_in_band
from counted
left join {{ ref('dim_employees') }} as employees on counted.manager = employees.employee_id
