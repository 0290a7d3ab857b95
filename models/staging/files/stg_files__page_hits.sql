-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, hit_id.
-- One raw row of files/page_hits, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'page_hits'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'hit_id': ['hit_id', 'code', 'required'],
        'occurred_at': ['occurred_at', 'timestamp', 'required'],
        'web_client_id': ['web_client_id', 'ref'],
        'session_id': ['session_id', 'code'],
        'page': ['page', 'page'],
        'title': ['title', 'text'],
        'is_robot': ['is_robot', 'boolean']
    },
    key=['source_system', 'source_account', 'hit_id'],
    born=['occurred_at', 'web_client_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
