-- Grain: one object, object_id, entered_at, stage_id of a source account.
{{ union_sources(
    'stage_changes',
    {
        'object': 'string',
        'object_id': 'ref object',
        'pipeline_id': 'ref pipeline',
        'stage_id': 'string',
        'entered_at': 'timestamp',
        'status': 'string'
    }
) }}
