-- Grain: source_system, source_account, employee_id, date, tool.
-- One employee_id, date, tool of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'tool_usage',
    {
        'employee_id': 'ref employee',
        'date': 'date',
        'tool': 'string'
    }
) }}
