-- Grain: source_system, source_account, material_id.
-- One material_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'materials',
    {
        'material_id': 'ref material',
        'name': 'string',
        'available_from': 'date',
        'available_to': 'date'
    }
) }}
