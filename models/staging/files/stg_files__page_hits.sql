-- Grain: one raw row of files/page_hits, with its verdict.
{{ judged_rows(
    source('files', 'page_hits'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'hit_id': ['hit_id', 'code', 'required'],
        'occurred_at': ['occurred_at', 'timestamp', 'required'],
        'web_client_id': ['web_client_id', 'code', 'required'],
        'session_id': ['session_id', 'code'],
        'page': ['page', 'text'],
        'title': ['title', 'text']
    },
    key=['source_system', 'source_account', 'hit_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
