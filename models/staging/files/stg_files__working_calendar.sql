-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, date.
-- One raw row of files/working_calendar, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{%- set clock = '^([01]?[0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?$' %}
{{ validated_rows(
    source('files', 'working_calendar'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'date': ['date', 'date', 'required'],
        'is_working_day': ['is_working_day', 'boolean', 'required'],
        'opens_at': ['opens_at', 'text'],
        'closes_at': ['closes_at', 'text']
    },
    key=['source_system', 'source_account', 'date'],
    rules={
        'opens_at: no time of day like 09:00': 'opens_at is not null and not ' ~ matches('opens_at', clock),
        'closes_at: no time of day like 18:00': 'closes_at is not null and not ' ~ matches('closes_at', clock)
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
