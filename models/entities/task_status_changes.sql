-- Grain: source_system, source_account, task_id, entered_at, status.
-- One task_id, entered_at, status of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'task_status_changes',
    {
        'task_id': 'ref task',
        'status': 'string',
        'status_class': 'string',
        'entered_at': 'late timestamp'
    }
) }}
