-- Grain: source_system, source_account, entry_id.
-- One entry_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'time_entries',
    {
        'entry_id': 'ref time entry',
        'employee_id': 'ref employee',
        'date': 'date',
        'category': 'string',
        'minutes': 'double'
    }
) }}
