-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, usage_id.
-- One raw row of files/material_usage, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'material_usage'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'usage_id': ['usage_id', 'code', 'required'],
        'material_id': ['material_id', 'code', 'required'],
        'used_at': ['used_at', 'timestamp', 'required'],
        'employee_id': ['employee_id', 'code'],
        'deal_id': ['deal_id', 'code']
    },
    key=['source_system', 'source_account', 'usage_id'],
    born=['used_at', 'deal_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
