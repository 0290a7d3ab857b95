-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, material_id.
-- One raw row of files/materials, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'materials'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'material_id': ['material_id', 'code', 'required'],
        'name': ['name', 'text'],
        'available_from': ['available_from', 'date', 'lenient'],
        'available_to': ['available_to', 'date', 'lenient']
    },
    key=['source_system', 'source_account', 'material_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
