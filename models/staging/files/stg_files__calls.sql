-- Grain: one raw row of files/calls, with its verdict.
{{ judged_rows(
    source('files', 'calls'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'call_id': ['call_id', 'code', 'required'],
        'started_at': ['started_at', 'timestamp', 'required'],
        'direction': ['direction', 'enum'],
        'is_answered': ['is_answered', 'boolean'],
        'wait_seconds': ['wait_seconds', 'number'],
        'talk_seconds': ['talk_seconds', 'number'],
        'outcome': ['outcome', 'text'],
        'employee_id': ['employee_id', 'code'],
        'customer_id': ['customer_id', 'code'],
        'object': ['object', 'enum'],
        'object_id': ['object_id', 'code'],
        'queue': ['queue', 'text'],
        'phone': ['phone', 'text']
    },
    key=['source_system', 'source_account', 'call_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
