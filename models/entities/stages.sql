-- Grain: source_system, source_account, object, pipeline_id, stage_id.
-- One object, pipeline_id, stage_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'stages',
    {
        'object': 'string',
        'pipeline_id': 'ref pipeline',
        'pipeline_name': 'string',
        'stage_id': 'string',
        'name': 'string',
        'position': 'bigint',
        'status': 'string',
        'probability': 'double',
        'funnel_step': 'string'
    }
) }}
