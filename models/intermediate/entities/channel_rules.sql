-- Grain: one position of a source account.
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
