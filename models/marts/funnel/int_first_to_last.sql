-- Grain: period_grain, period_start, pipeline.
-- One period and pipeline with the share of the deals that entered its first stage in the period and are won.
select
    periods.period_grain,
    periods.period_start,
    events.pipeline,
    {{ ratio("sum(" ~ flag("deals.status = 'won'") ~ ")", 'count(*)') }} as first_to_last_conversion
from {{ ref('stage_events') }} as events
inner join {{ ref('dim_stages') }} as stages on events.stage = stages.stage_key and stages.object = 'deal' and stages.stage_rank = 1
inner join {{ ref('fct_deals') }} as deals on events.deal_id = deals.deal_id
inner join {{ ref('bridge_day_periods') }} as periods on events.event_date = periods.date_day
where events.event = 'entered' and stages.status <> 'lost'
group by periods.period_grain, periods.period_start, events.pipeline
