-- Grain: one object, pipeline_id, stage_id of a source account.
{{ union_sources(
    'stages',
    ['bitrix24', 'files'],
    {
        'object': 'string',
        'pipeline_id': 'string',
        'stage_id': 'string',
        'name': 'string',
        'position': 'bigint',
        'status': 'string',
        'probability': 'double',
        'funnel_step': 'string'
    }
) }}
