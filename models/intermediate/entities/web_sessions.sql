-- Grain: one session_id of a source account.
{{ union_sources(
    'web_sessions',
    {
        'session_id': 'ref visit',
        'web_client_id': 'string',
        'started_at': 'timestamp',
        'duration_seconds': 'double',
        'page_views': 'bigint',
        'is_bounce': 'boolean',
        'landing_page': 'string',
        'traffic_source': 'string',
        'utm_source': 'string',
        'utm_medium': 'string',
        'utm_campaign': 'string',
        'utm_content': 'string',
        'utm_term': 'string',
        'referrer': 'string',
        'device': 'string',
        'region': 'string'
    }
) }}
