-- Grain: one object, object_id, entered_at, stage_id of a source account.
{{ union_sources(
    'stage_changes',
    ['bitrix24', 'files'],
    {
        'object': 'string',
        'object_id': 'string',
        'pipeline_id': 'string',
        'stage_id': 'string',
        'entered_at': 'timestamp'
    }
) }}
