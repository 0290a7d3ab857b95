-- Grain: source_system, source_account, objection_id.
-- One objection_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'objections',
    {
        'objection_id': 'ref objection',
        'recorded_at': 'timestamp',
        'objection_type': 'string',
        'deal_id': 'ref deal',
        'employee_id': 'ref employee'
    }
) }}
