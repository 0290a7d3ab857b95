-- Grain: one raw row of files/working_calendar, with its verdict.
{{ judged_rows(
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
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
