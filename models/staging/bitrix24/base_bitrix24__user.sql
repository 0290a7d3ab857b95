-- Grain: one raw row of bitrix24/user, with its verdict.
{{ judged_rows(
    source('bitrix24', 'user'),
    columns={
        'user_id': ['ID', 'text', 'required'],
        'is_active': ['ACTIVE', 'boolean'],
        'first_name': ['NAME', 'text'],
        'last_name': ['LAST_NAME', 'text'],
        'user_type': ['USER_TYPE', 'enum'],
        'departments': ['UF_DEPARTMENT', 'text'],
        'hired_on': ['UF_EMPLOYMENT_DATE', 'date']
    },
    key=['user_id'],
    version='loaded_at'
) }}
