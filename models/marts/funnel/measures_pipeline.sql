-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One balance of the open pipeline, period, dimension and member: the deals, and what they were worth as it was known then.  What nobody knows has no
-- row.
with deals as (
    {{ balance_measures(ref('pipeline_changes'), dimensions=['manager', 'team', 'pipeline', 'stage'], balances=['deals_active']) }}
),

amounts as (
    select
        periods.period_grain,
        periods.period_start,
        {{ sliced_by(['manager', 'team', 'pipeline', 'stage'], as_known=true) }},
        cast(sum(pipeline.amount) as double) as amount,
        cast(sum(pipeline.weighted_amount) as double) as weighted_amount
    from {{ ref('periods') }} as periods
    inner join {{ ref('pipeline_daily') }} as pipeline on periods.last_known_day = pipeline.event_date
    where pipeline.is_day_told
    group by grouping sets (
        (periods.period_grain, periods.period_start)
        {%- for dimension in ['manager', 'team', 'pipeline', 'stage'] %},
        (periods.period_grain, periods.period_start, {{ known(dimension) }})
        {%- endfor %}
    )
)

select * from deals
union all
select 'pipeline_amount', period_grain, period_start, dimension, dimension_key, amount from amounts
union all
select 'weighted_pipeline_amount', period_grain, period_start, dimension, dimension_key, weighted_amount from amounts
