-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, employee_id.
-- One raw row of files/employees, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'employees'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'employee_id': ['employee_id', 'code', 'required'],
        'name': ['name', 'text'],
        'team': ['team', 'text'],
        'department': ['department', 'text'],
        'manager_id': ['manager_id', 'code'],
        'point_of_sale': ['point_of_sale', 'text'],
        'hired_on': ['hired_on', 'date', 'lenient'],
        'left_on': ['left_on', 'date', 'lenient']
    },
    key=['source_system', 'source_account', 'employee_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
