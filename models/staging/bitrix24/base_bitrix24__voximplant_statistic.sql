-- Grain: _raw_file, _raw_row; of accepted rows call_id.
-- One raw row of bitrix24/voximplant_statistic, with its row status.
{{ validated_rows(
    source('bitrix24', 'voximplant_statistic'),
    columns={
        'call_id': ['ID', 'code', 'required'],
        'call_type': ['CALL_TYPE', 'code'],
        'employee_id': ['PORTAL_USER_ID', 'ref'],
        'line': ['PORTAL_NUMBER', 'ref'],
        'phone': ['PHONE_NUMBER', 'ref'],
        'duration': ['CALL_DURATION', 'number'],
        'started_at': ['CALL_START_DATE', 'timestamp', 'required'],
        'code': ['CALL_FAILED_CODE', 'code'],
        'crm_type': ['CRM_ENTITY_TYPE', 'enum'],
        'crm_id': ['CRM_ENTITY_ID', 'ref'],
        'activity_id': ['CRM_ACTIVITY_ID', 'ref']
    },
    key=['call_id'],
    born=['started_at', 'phone'],
    version='loaded_at'
) }}
