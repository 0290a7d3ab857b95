-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, call_id.
-- One raw row of files/calls, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'calls'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'call_id': ['call_id', 'code', 'required'],
        'started_at': ['started_at', 'timestamp', 'required'],
        'direction': ['direction', 'enum'],
        'is_answered': ['is_answered', 'boolean'],
        'wait_seconds': ['wait_seconds', 'number', 'lenient'],
        'talk_seconds': ['talk_seconds', 'number'],
        'outcome': ['outcome', 'text'],
        'employee_id': ['employee_id', 'code'],
        'customer_id': ['customer_id', 'code'],
        'object': ['object', 'enum'],
        'object_id': ['object_id', 'code'],
        'queue': ['queue', 'text'],
        'phone': ['phone', 'ref']
    },
    key=['source_system', 'source_account', 'call_id'],
    born=['started_at', 'object_id', 'customer_id', 'phone'],
    rules={
        'talk_seconds, wait_seconds: negative': 'talk_seconds < 0 or wait_seconds < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
