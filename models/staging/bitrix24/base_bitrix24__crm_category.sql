-- Grain: _raw_file, _raw_row; of accepted rows pipeline_id.
-- One raw row of bitrix24/crm_category, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_category'),
    columns={
        'pipeline_id': ['id', 'code', 'required'],
        'name': ['name', 'text'],
        'sort': ['sort', 'integer', 'lenient'],
        'entity_type_id': ['entityTypeId', 'code'],
        'is_default': ['isDefault', 'boolean']
    },
    key=['pipeline_id'],
    version='loaded_at'
) }}
