-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One balance of the open pipeline, period, dimension and member: the deals; and what they were worth, and lacked, at the end of the period's last
-- known day, as it was known then.  What nobody knows has no row.
{% set amounts = {'pipeline_amount': 'snapshot.amount', 'weighted_pipeline_amount': 'snapshot.weighted_amount'} -%}
{%- set lacks = {
    'deals_stale': flag('snapshot.is_stale'),
    'deals_contact_told': flag('snapshot.is_stale is not null'),
    'deals_without_next_step': flag('snapshot.is_without_next_step'),
    'deals_step_told': flag('snapshot.is_without_next_step is not null'),
    'deals_close_overdue': flag('snapshot.is_close_overdue'),
    'deals_close_told': flag('snapshot.is_close_overdue is not null'),
    'close_pushes': 'snapshot.close_pushes',
    'deals_pushes_told': flag('snapshot.close_pushes is not null'),
} -%}
{%- set slices = ['manager', 'team', 'channel', 'pipeline', 'stage'] -%}
with deals as (
    {{ balance_measures(ref('pipeline_changes'), dimensions=['manager', 'team', 'pipeline', 'stage'], balances=['deals_active']) }}
),

states as (
    select
        periods.period_grain,
        periods.period_start,
        {{ sliced_by(slices, as_known=true) }},
        {%- for measure, amount in amounts.items() %}
        cast(sum(case when snapshot.is_day_told then {{ amount }} end) as double) as {{ measure }},
        {%- endfor %}
        {%- for measure, counted in lacks.items() %}
        cast(sum(nullif({{ counted }}, 0)) as double) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('periods') }} as periods
    inner join {{ ref('pipeline_daily') }} as snapshot on periods.last_known_day = snapshot.event_date
    group by grouping sets (
        (periods.period_grain, periods.period_start),
        {%- for dimension in slices %}
        (periods.period_grain, periods.period_start, {{ known(dimension) }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
)

select * from deals
{%- for measure in amounts.keys() | list + lacks.keys() | list %}
union all
select '{{ measure }}', period_grain, period_start, dimension, dimension_key, {{ measure }} from states
where {{ measure }} is not null and dimension <> '{{ 'channel' if measure in amounts else 'stage' }}'
{%- endfor %}
