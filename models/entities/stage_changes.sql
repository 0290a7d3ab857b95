-- Grain: source_system, source_account, object, object_id, entered_at, stage_id.
-- One object, object_id, entered_at, stage_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'stage_changes',
    {
        'object': 'string',
        'object_id': 'ref object',
        'pipeline_id': 'ref pipeline',
        'stage_id': 'string',
        'entered_at': 'late timestamp',
        'status': 'string'
    }
) }}
