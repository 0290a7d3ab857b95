-- Grain: source_system, source_account, session_id.
-- One session_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
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
        'ad_engine': 'string',
        'ad_campaign_id': 'string',
        'ad_campaign_name': 'string',
        'ad_id': 'string',
        'utm_source': 'string',
        'utm_medium': 'string',
        'utm_campaign': 'string',
        'utm_content': 'string',
        'utm_term': 'string',
        'referrer': 'string',
        'device': 'string',
        'region': 'place',
        'is_robot': 'boolean'
    }
) }}
