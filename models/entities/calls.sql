-- Grain: source_system, source_account, call_id.
-- One call_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'calls',
    {
        'call_id': 'ref call',
        'started_at': 'late timestamp',
        'direction': 'string',
        'is_answered': 'boolean',
        'wait_seconds': 'double',
        'talk_seconds': 'double',
        'outcome': 'string',
        'employee_id': 'ref employee',
        'customer_id': 'ref customer',
        'object': 'string',
        'object_id': 'ref object',
        'queue': 'string',
        'phone': 'string'
    }
) }}
