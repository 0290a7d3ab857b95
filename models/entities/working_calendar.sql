-- Grain: source_system, source_account, date.
-- One date of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'working_calendar',
    {
        'date': 'date',
        'is_working_day': 'boolean',
        'opens_at': 'string',
        'closes_at': 'string'
    }
) }}
