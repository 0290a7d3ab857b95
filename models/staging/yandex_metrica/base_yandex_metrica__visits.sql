-- Grain: _raw_file, _raw_row; of accepted rows session_id.
-- One raw row of yandex_metrica/visits, with its row status.
{% set visits -%}
(
    select
        *,
        concat_ws('-', {{ adapter.quote('ym:s:counterID') }}, left({{ adapter.quote('ym:s:dateTime') }}, 4), {{ adapter.quote('ym:s:visitID') }})
            as session_id
    from {{ source('yandex_metrica', 'visits') }}
) as visits
{%- endset %}
{{ validated_rows(
    visits,
    columns={
        'session_id': ['session_id', 'text'],
        'counter_id': ['ym:s:counterID', 'ref'],
        'visit_id': ['ym:s:visitID', 'ref', 'required'],
        'web_client_id': ['ym:s:clientID', 'ref'],
        'started_at': ['ym:s:dateTime', 'timestamp', 'required'],
        'duration_seconds': ['ym:s:visitDuration', 'number', 'lenient'],
        'page_views': ['ym:s:pageViews', 'integer', 'lenient'],
        'is_bounce': ['ym:s:bounce', 'boolean', 'lenient'],
        'start_url': ['ym:s:startURL', 'text'],
        'traffic_source': ['ym:s:lastTrafficSource', 'enum'],
        'ad_engine': ['ym:s:lastAdvEngine', 'enum'],
        'direct_campaign_id': ['ym:s:lastDirectClickOrder', 'ref'],
        'direct_campaign_name': ['ym:s:lastDirectClickOrderName', 'ref'],
        'direct_ad_id': ['ym:s:lastDirectClickBanner', 'ref'],
        'openstat_service': ['ym:s:lastopenstatService', 'text'],
        'openstat_campaign': ['ym:s:lastopenstatCampaign', 'text'],
        'from_mark': ['ym:s:from', 'text'],
        'utm_source': ['ym:s:lastUTMSource', 'mark'],
        'utm_medium': ['ym:s:lastUTMMedium', 'mark'],
        'utm_campaign': ['ym:s:lastUTMCampaign', 'mark'],
        'utm_content': ['ym:s:lastUTMContent', 'mark'],
        'utm_term': ['ym:s:lastUTMTerm', 'mark'],
        'referrer': ['ym:s:referer', 'text'],
        'is_robot': ['ym:s:isRobotPro', 'boolean'],
        'device_category': ['ym:s:deviceCategory', 'enum'],
        'region': ['ym:s:regionCity', 'text'],
        'hit_ids': ['ym:s:watchIDs', 'text'],
        'goal_ids': ['ym:s:goalsID', 'text'],
        'goal_times': ['ym:s:goalsDateTime', 'text'],
        'goal_prices': ['ym:s:goalsPrice', 'text'],
        'goal_orders': ['ym:s:goalsOrder', 'text'],
        'goal_currencies': ['ym:s:goalsCurrency', 'text'],
        'purchase_ids': ['ym:s:purchaseID', 'text'],
        'purchase_times': ['ym:s:purchaseDateTime', 'text'],
        'purchase_revenues': ['ym:s:purchaseRevenue', 'text'],
        'purchase_currencies': ['ym:s:purchaseCurrency', 'text'],
        'product_event_types': ['ym:s:productEventType', 'text'],
        'product_event_times': ['ym:s:productEventTime', 'text'],
        'product_ids': ['ym:s:productID', 'text'],
        'product_categories': ['ym:s:productCategory', 'text'],
        'product_quantities': ['ym:s:productQuantity', 'text'],
        'product_prices': ['ym:s:productPrice', 'text'],
        'product_currencies': ['ym:s:productCurrency', 'text']
    },
    key=['session_id']
) }}
