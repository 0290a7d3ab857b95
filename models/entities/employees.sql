-- Grain: source_system, source_account, employee_id.
-- One employee_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
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
