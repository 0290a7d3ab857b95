-- Grain: one raw row of files/web_sessions, with its verdict.
{{ judged_rows(
    source('files', 'web_sessions'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'session_id': ['session_id', 'code', 'required'],
        'web_client_id': ['web_client_id', 'code', 'required'],
        'started_at': ['started_at', 'timestamp', 'required'],
        'duration_seconds': ['duration_seconds', 'number'],
        'page_views': ['page_views', 'integer'],
        'is_bounce': ['is_bounce', 'boolean'],
        'landing_page': ['landing_page', 'text'],
        'traffic_source': ['traffic_source', 'text'],
        'utm_source': ['utm_source', 'text'],
        'utm_medium': ['utm_medium', 'text'],
        'utm_campaign': ['utm_campaign', 'text'],
        'utm_content': ['utm_content', 'text'],
        'utm_term': ['utm_term', 'text'],
        'referrer': ['referrer', 'text'],
        'device': ['device', 'text'],
        'region': ['region', 'text']
    },
    key=['source_system', 'source_account', 'session_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
