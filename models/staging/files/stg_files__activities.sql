-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, activity_id.
-- One raw row of files/activities, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'activities'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'activity_id': ['activity_id', 'code', 'required'],
        'kind': ['kind', 'enum', 'required'],
        'direction': ['direction', 'enum'],
        'created_at': ['created_at', 'timestamp', 'required'],
        'started_at': ['started_at', 'timestamp', 'event'],
        'ended_at': ['ended_at', 'timestamp', 'event'],
        'status': ['status', 'enum'],
        'outcome': ['outcome', 'text'],
        'object': ['object', 'enum'],
        'object_id': ['object_id', 'code'],
        'customer_id': ['customer_id', 'code'],
        'employee_id': ['employee_id', 'code'],
        'deadline_at': ['deadline_at', 'timestamp', 'lenient']
    },
    key=['source_system', 'source_account', 'activity_id'],
    born=['created_at', 'object_id', 'customer_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
