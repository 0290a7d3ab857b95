-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of the site, period, dimension and member.
with visits as (
    {{ period_measures(
        ref('visit_events'),
        dimensions=['channel', 'source_system', 'device', 'region'],
        coarse=['landing_page', 'campaign'],
        sums=['visits', 'judged_visits', 'bounced_visits', 'converted_visits'],
        distinct={'visitors': 'web_client_id', 'visitors_converted': 'converted_client_id'},
        part='visits'
    ) }}
),

goals_reached as (
    {{ period_measures(
        ref('goal_events'), dimensions=['goal'], whole=false, distinct={'visitors_converted': 'visitor_id'}, part='goals'
    ) }}
),

goals as (
    select distinct goal from {{ ref('goal_events') }}
),

-- every visitor might have reached every goal
goals_open as (
    select visits.measure, visits.period_grain, visits.period_start, 'goal' as dimension, goals.goal as dimension_key, visits.value,
        cast(null as bigint) as rows_hash
    from visits
    cross join goals
    where visits.measure = 'visitors' and visits.dimension = 'all'
),

pages as (
    {{ period_measures(ref('page_events'), dimensions=['channel'], coarse=['page'], sums=['page_views'], part='pages') }}
),

carts as (
    {{ period_measures(
        ref('cart_events'),
        dimensions=['channel', 'device', 'product_group'],
        per_period={
            'carts': 'count(distinct cart)',
            'carts_abandoned': 'count(distinct cart) - count(distinct bought_cart)',
            'carts_open': 'count(distinct open_cart)'
        },
        part='carts'
    ) }}
)

select * from visits
union all
select * from goals_reached
union all
select * from goals_open
union all
select * from pages
union all
select * from carts
