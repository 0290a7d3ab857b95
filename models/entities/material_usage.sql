-- Grain: source_system, source_account, usage_id.
-- One usage_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'material_usage',
    {
        'usage_id': 'ref material usage',
        'material_id': 'ref material',
        'used_at': 'timestamp',
        'employee_id': 'ref employee',
        'deal_id': 'ref deal'
    }
) }}
