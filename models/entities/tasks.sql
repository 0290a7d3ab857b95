-- Grain: source_system, source_account, task_id.
-- One task_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'tasks',
    {
        'task_id': 'ref task',
        'project': 'string',
        'sprint_id': 'ref sprint',
        'kind': 'string',
        'points': 'double',
        'created_at': 'timestamp',
        'started_at': 'late timestamp',
        'done_at': 'late timestamp',
        'employee_id': 'ref employee'
    }
) }}
