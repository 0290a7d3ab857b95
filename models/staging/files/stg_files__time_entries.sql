-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, entry_id.
-- One raw row of files/time_entries, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'time_entries'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'entry_id': ['entry_id', 'code', 'required'],
        'employee_id': ['employee_id', 'code', 'required'],
        'date': ['date', 'date', 'required'],
        'category': ['category', 'enum', 'required'],
        'minutes': ['minutes', 'number', 'required']
    },
    key=['source_system', 'source_account', 'entry_id'],
    born=['date', 'employee_id'],
    rules={
        'minutes: more than a day has, or negative': 'minutes > 1440 or minutes < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
