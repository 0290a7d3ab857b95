-- Proves that the ad spend of the marts is the platform's own, row for row and kopeck for kopeck, converted by the rate of its day: nothing is
-- dropped for want of a campaign, a channel or a trace, and nothing is doubled by looking for them.
with platforms as (
    select
        costs.platform,
        costs.date as event_date,
        count(*) as ads,
        sum(costs.cost) as cost,
        sum(costs.clicks) as clicks,
        sum(coalesce({{ to_base('costs.cost', 'rates') }}, 0)) as cost_base
    from {{ ref('int_ad_costs') }} as costs
    {{ join_rate('rates', 'costs.currency', 'costs.date') }}
    group by costs.platform, costs.date
),

marts as (
    select platform, event_date, count(*) as ads, sum(cost) as cost, sum(clicks) as clicks, sum(coalesce(cost_base, 0)) as cost_base
    from {{ ref('fct_ad_spend') }}
    group by platform, event_date
),

scored as (
    select event_date, sum(ad_spend) as ad_spend, sum(ad_clicks) as ad_clicks
    from {{ ref('marketing_events') }}
    where event = 'ad spend'
    group by event_date
),

by_day as (
    select event_date, sum(cost_base) as cost_base, sum(clicks) as clicks from platforms group by event_date
)

select coalesce(platforms.platform, marts.platform) as platform, coalesce(platforms.event_date, marts.event_date) as event_date, 'core' as place
from platforms
full outer join marts on platforms.platform = marts.platform and platforms.event_date = marts.event_date
where
    platforms.ads is null or marts.ads is null or platforms.ads <> marts.ads or platforms.cost <> marts.cost
    or platforms.clicks <> marts.clicks or platforms.cost_base <> marts.cost_base

union all

select '(all)', coalesce(by_day.event_date, scored.event_date), 'marketing'
from by_day
full outer join scored on by_day.event_date = scored.event_date
-- a day of impressions alone has no event
where
    coalesce(by_day.cost_base, 0) <> coalesce(scored.ad_spend, 0)
    or coalesce(by_day.clicks, 0) <> coalesce(scored.ad_clicks, 0)
