-- Grain: source_system, source_account, position.
-- One position of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'channel_rules',
    {
        'position': 'bigint',
        'utm_source': 'string',
        'utm_medium': 'string',
        'traffic_source': 'string',
        'source_name': 'string',
        'channel': 'string'
    }
) }}
