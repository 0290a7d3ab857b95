-- Grain: one employee_id of a source account.
{{ union_sources(
    'employees',
    {
        'employee_id': 'ref employee',
        'name': 'string',
        'team': 'string',
        'department': 'string',
        'manager_id': 'ref employee',
        'point_of_sale': 'string',
        'hired_on': 'date',
        'left_on': 'date'
    }
) }}
