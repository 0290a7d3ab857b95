-- Grain: one raw row of files/stages, with its verdict.
{{ judged_rows(
    source('files', 'stages'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'object': ['object', 'enum', 'required'],
        'pipeline_id': ['pipeline_id', 'code'],
        'stage_id': ['stage_id', 'code', 'required'],
        'name': ['name', 'text'],
        'position': ['position', 'integer', 'required'],
        'status': ['status', 'enum'],
        'probability': ['probability', 'number'],
        'funnel_step': ['funnel_step', 'enum']
    },
    key=['source_system', 'source_account', 'object', 'pipeline_id', 'stage_id'],
    rules={'probability: outside 0 to 100': 'probability not between 0 and 100'},
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
