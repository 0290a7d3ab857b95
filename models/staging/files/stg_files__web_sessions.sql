-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, session_id.
-- One raw row of files/web_sessions, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'web_sessions'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'session_id': ['session_id', 'code', 'required'],
        'web_client_id': ['web_client_id', 'ref'],
        'started_at': ['started_at', 'timestamp', 'required'],
        'duration_seconds': ['duration_seconds', 'number', 'lenient'],
        'page_views': ['page_views', 'integer', 'lenient'],
        'is_bounce': ['is_bounce', 'boolean', 'lenient'],
        'landing_page': ['landing_page', 'text'],
        'traffic_source': ['traffic_source', 'text'],
        'ad_engine': ['ad_engine', 'enum'],
        'ad_campaign_id': ['ad_campaign_id', 'ref'],
        'ad_campaign_name': ['ad_campaign_name', 'text'],
        'ad_id': ['ad_id', 'ref'],
        'utm_source': ['utm_source', 'mark'],
        'utm_medium': ['utm_medium', 'mark'],
        'utm_campaign': ['utm_campaign', 'mark'],
        'utm_content': ['utm_content', 'mark'],
        'utm_term': ['utm_term', 'mark'],
        'referrer': ['referrer', 'text'],
        'device': ['device', 'text'],
        'region': ['region', 'text'],
        'is_robot': ['is_robot', 'boolean']
    },
    key=['source_system', 'source_account', 'session_id'],
    born=['started_at', 'web_client_id'],
    rules={
        'duration_seconds: negative': 'duration_seconds < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
