-- Grain: one employee_id of a source account.
{{ union_sources(
    'employees',
    ['bitrix24', 'files'],
    {
        'employee_id': 'string',
        'name': 'string',
        'team': 'string',
        'department': 'string',
        'manager_id': 'string',
        'point_of_sale': 'string',
        'hired_on': 'date',
        'left_on': 'date'
    }
) }}
