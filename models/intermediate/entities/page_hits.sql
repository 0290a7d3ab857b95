-- Grain: one hit_id of a source account.
{{ union_sources(
    'page_hits',
    ['yandex_metrica', 'files'],
    {
        'hit_id': 'string',
        'occurred_at': 'timestamp',
        'web_client_id': 'string',
        'session_id': 'string',
        'page': 'string',
        'title': 'string'
    }
) }}
