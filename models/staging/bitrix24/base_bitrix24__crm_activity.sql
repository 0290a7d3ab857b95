-- Grain: _raw_file, _raw_row; of accepted rows activity_id.
-- One raw row of bitrix24/crm_activity, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_activity'),
    columns={
        'activity_id': ['ID', 'code', 'required'],
        'owner_id': ['OWNER_ID', 'ref'],
        'owner_type': ['OWNER_TYPE_ID', 'ref'],
        'bindings': ['BINDINGS', 'text'],
        'type_id': ['TYPE_ID', 'code'],
        'provider_id': ['PROVIDER_ID', 'text'],
        'provider_type_id': ['PROVIDER_TYPE_ID', 'text'],
        'direction': ['DIRECTION', 'code'],
        'created_at': ['CREATED', 'timestamp', 'required'],
        'updated_at': ['LAST_UPDATED', 'timestamp'],
        'started_at': ['START_TIME', 'timestamp', 'event'],
        'ended_at': ['END_TIME', 'timestamp', 'event'],
        'deadline_at': ['DEADLINE', 'timestamp', 'lenient'],
        'is_completed': ['COMPLETED', 'boolean'],
        'employee_id': ['RESPONSIBLE_ID', 'ref'],
        'result_source': ['RESULT_SOURCE_ID', 'ref'],
        'result_status': ['RESULT_STATUS', 'ref'],
        'result_mark': ['RESULT_MARK', 'ref'],
        'result_value': ['RESULT_VALUE', 'number', 'lenient']
    },
    key=['activity_id'],
    born=['created_at', 'owner_id'],
    version='updated_at'
) }}
