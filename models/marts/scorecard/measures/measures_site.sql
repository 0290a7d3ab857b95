-- Grain: one measure of the site, period, dimension and member.
with visits as (
    {{ period_measures(
        ref('visit_events'),
        dimensions=['channel', 'source_system', 'device', 'region'],
        coarse=['landing_page', 'campaign'],
        sums=['visits', 'bounced_visits', 'converted_visits'],
        per_period={'visitors': 'count(distinct web_client_id)', 'visitors_converted': 'count(distinct converted_client_id)'}
    ) }}
),

goals as (
    {{ period_measures(
        ref('goal_events'),
        dimensions=['goal'],
        whole=false,
        per_period={'visitors': 'count(distinct visitor_id)', 'visitors_converted': 'count(distinct converted_visitor_id)'}
    ) }}
),

pages as (
    {{ period_measures(ref('page_events'), dimensions=['channel'], coarse=['page'], sums=['page_views']) }}
),

carts as (
    {{ period_measures(
        ref('cart_events'),
        dimensions=['channel', 'device', 'product_group'],
        per_period={
            'carts': 'count(distinct cart)',
            'carts_abandoned': 'count(distinct cart) - count(distinct bought_cart)'
        }
    ) }}
)

select * from visits
union all
select * from goals
union all
select * from pages
union all
select * from carts
