-- Grain: source_system, source_account, activity_id.
-- One activity_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'activities',
    {
        'activity_id': 'ref activity',
        'kind': 'string',
        'direction': 'string',
        'created_at': 'late timestamp',
        'started_at': 'late timestamp',
        'ended_at': 'late timestamp',
        'status': 'string',
        'outcome': 'string',
        'object': 'string',
        'object_id': 'ref object',
        'customer_id': 'ref customer',
        'employee_id': 'ref employee',
        'deadline_at': 'timestamp'
    }
) }}
