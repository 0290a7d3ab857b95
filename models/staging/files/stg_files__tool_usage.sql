-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, employee_id, date, tool.
-- One raw row of files/tool_usage, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'tool_usage'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'employee_id': ['employee_id', 'code', 'required'],
        'date': ['date', 'date', 'required'],
        'tool': ['tool', 'text', 'required']
    },
    key=['source_system', 'source_account', 'employee_id', 'date', 'tool'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
