-- Grain: one object, pipeline_id, stage_id of a source account.
{{ union_sources(
    'stages',
    {
        'object': 'string',
        'pipeline_id': 'ref pipeline',
        'stage_id': 'string',
        'name': 'string',
        'position': 'bigint',
        'status': 'string',
        'probability': 'double',
        'funnel_step': 'string'
    }
) }}
