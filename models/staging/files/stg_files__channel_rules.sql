-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, position.
-- One raw row of files/channel_rules, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'channel_rules'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'position': ['position', 'integer', 'required'],
        'utm_source': ['utm_source', 'text'],
        'utm_medium': ['utm_medium', 'text'],
        'traffic_source': ['traffic_source', 'text'],
        'source_name': ['source_name', 'text'],
        'channel': ['channel', 'text', 'required']
    },
    key=['source_system', 'source_account', 'position'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
