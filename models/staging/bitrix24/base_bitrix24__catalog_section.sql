-- Grain: _raw_file, _raw_row; of accepted rows section_id.
-- One raw row of bitrix24/catalog_section, with its row status.
{{ validated_rows(
    source('bitrix24', 'catalog_section'),
    columns={
        'section_id': ['id', 'code', 'required'],
        'name': ['name', 'text']
    },
    key=['section_id'],
    version='loaded_at'
) }}
