-- Grain: source_system, source_account, hit_id.
-- One hit_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'page_hits',
    {
        'hit_id': 'ref hit',
        'occurred_at': 'timestamp',
        'web_client_id': 'string',
        'session_id': 'ref visit',
        'page': 'string',
        'title': 'string',
        'is_robot': 'boolean'
    }
) }}
