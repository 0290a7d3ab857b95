-- Grain: one hit_id of a source account.
{{ union_sources(
    'page_hits',
    {
        'hit_id': 'ref hit',
        'occurred_at': 'timestamp',
        'web_client_id': 'string',
        'session_id': 'ref visit',
        'page': 'string',
        'title': 'string'
    }
) }}
