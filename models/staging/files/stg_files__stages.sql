-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, object, pipeline_id, stage_id.
-- One raw row of files/stages, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'stages'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'object': ['object', 'enum', 'required'],
        'pipeline_id': ['pipeline_id', 'code'],
        'pipeline_name': ['pipeline_name', 'text'],
        'stage_id': ['stage_id', 'code', 'required'],
        'name': ['name', 'text'],
        'position': ['position', 'integer', 'required'],
        'status': ['status', 'enum'],
        'probability': ['probability', 'share', 'lenient'],
        'funnel_step': ['funnel_step', 'enum']
    },
    key=['source_system', 'source_account', 'object', 'pipeline_id', 'stage_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
