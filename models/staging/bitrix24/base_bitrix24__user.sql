-- Grain: _raw_file, _raw_row; of accepted rows user_id.
-- One raw row of bitrix24/user, with its row status.
{{ validated_rows(
    source('bitrix24', 'user'),
    columns={
        'user_id': ['ID', 'code', 'required'],
        'is_active': ['ACTIVE', 'boolean'],
        'first_name': ['NAME', 'text'],
        'last_name': ['LAST_NAME', 'text'],
        'user_type': ['USER_TYPE', 'enum'],
        'department_id': ['UF_DEPARTMENT', 'first'],
        'hired_on': ['UF_EMPLOYMENT_DATE', 'date', 'lenient']
    },
    key=['user_id'],
    version='loaded_at'
) }}
