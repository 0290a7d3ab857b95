-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, objection_id.
-- One raw row of files/objections, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'objections'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'objection_id': ['objection_id', 'code', 'required'],
        'recorded_at': ['recorded_at', 'timestamp', 'required'],
        'objection_type': ['objection_type', 'text'],
        'deal_id': ['deal_id', 'code'],
        'employee_id': ['employee_id', 'code']
    },
    key=['source_system', 'source_account', 'objection_id'],
    born=['recorded_at', 'deal_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
