-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, object, object_id, entered_at, stage_id.
-- One raw row of files/stage_changes, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'stage_changes'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'object': ['object', 'enum', 'required'],
        'object_id': ['object_id', 'code', 'required'],
        'pipeline_id': ['pipeline_id', 'code'],
        'stage_id': ['stage_id', 'code', 'required'],
        'entered_at': ['entered_at', 'timestamp', 'required'],
        'status': ['status', 'enum']
    },
    key=['source_system', 'source_account', 'object', 'object_id', 'entered_at', 'stage_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
