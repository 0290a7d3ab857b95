-- Grain: _raw_file, _raw_row; of accepted rows property_id, event_date, event_id.
-- One raw row of ga4/events, with its row status.
{% set events -%}
(
    select
        events.*,
        {{ part_of('events._raw_file', 'analytics_([0-9]+)') }} as property_id,
        -- the newest export of a day is its last one; a table of the running day is older than any of the finished day
        concat(
            case when {{ matches('events._raw_file', 'intraday|fresh') }} then '0 ' else '1 ' end,
            coalesce(events._loaded_at, ''), ' ', {{ remove_pattern('events._raw_file', '[^/]*$') }}
        ) as export,
        md5(concat(
            coalesce(events.event_timestamp, ''), '|', coalesce(events.event_name, ''), '|', coalesce(events.user_pseudo_id, ''), '|',
            coalesce(events.event_bundle_sequence_id, ''), '|', coalesce(events.batch_page_id, ''), '|',
            coalesce(events.batch_ordering_id, ''), '|', coalesce(events.batch_event_index, ''), '|', coalesce(params.all_params, '')
        )) as event_id,
        case when events.user_pseudo_id <> '' and params.ga_session_id <> '' then concat(events.user_pseudo_id, '.', params.ga_session_id) end
            as session_id,
        coalesce({{ json_value('events.ecommerce', '$.transaction_id') }}, params.transaction_id) as order_id,
        coalesce({{ json_value('events.ecommerce', '$.purchase_revenue') }}, params.value) as amount,
        {{ json_value('events.device', '$.category') }} as device_category,
        {{ json_value('events.geo', '$.city') }} as city,
        params.session_engaged, params.page_location, params.page_title, params.page_referrer, params.currency,
        sources.told_by, sources.source, sources.medium, sources.campaign, sources.content, sources.term, sources.google_click,
        sources.ads_campaign_id, sources.ads_campaign
    from {{ source('ga4', 'events') }} as events
    left join {{ ref('base_ga4__event_params') }} as params on events._raw_file = params._raw_file and events._raw_row = params._raw_row
    left join {{ ref('base_ga4__event_sources') }} as sources on events._raw_file = sources._raw_file and events._raw_row = sources._raw_row
) as events
{%- endset %}
{{ validated_rows(
    events,
    columns={
        'property_id': ['property_id', 'ref'],
        'export': ['export', 'text'],
        'event_date': ['event_date', 'date', 'required'],
        'event_id': ['event_id', 'text'],
        'session_id': ['session_id', 'text'],
        'occurred_at': ['event_timestamp', 'timestamp', 'required'],
        'event_name': ['event_name', 'text', 'required'],
        'web_client_id': ['user_pseudo_id', 'text'],
        'is_engaged': ['session_engaged', 'boolean', 'lenient'],
        'page_location': ['page_location', 'text'],
        'page_title': ['page_title', 'text'],
        'page_referrer': ['page_referrer', 'text'],
        'order_id': ['order_id', 'ref'],
        'amount': ['amount', 'money', 'lenient'],
        'currency': ['currency', 'ref'],
        'items': ['items', 'text'],
        'device': ['device_category', 'enum'],
        'city': ['city', 'text'],
        'told_by': ['told_by', 'code'],
        'source': ['source', 'mark'],
        'medium': ['medium', 'mark'],
        'campaign': ['campaign', 'mark'],
        'content': ['content', 'mark'],
        'term': ['term', 'mark'],
        'google_click': ['google_click', 'text'],
        'ads_campaign_id': ['ads_campaign_id', 'ref'],
        'ads_campaign': ['ads_campaign', 'text']
    },
    key=['property_id', 'event_date'],
    parts=['event_id'],
    load='export'
) }}
