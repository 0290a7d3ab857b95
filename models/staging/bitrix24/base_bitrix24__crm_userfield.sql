-- Grain: _raw_file, _raw_row; of accepted rows field_id.
-- One raw row of bitrix24/crm_userfield, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_userfield'),
    columns={
        'field_id': ['ID', 'code', 'required'],
        'object': ['ENTITY_ID', 'text', 'required'],
        'field_name': ['FIELD_NAME', 'text', 'required'],
        'field_type': ['USER_TYPE_ID', 'enum'],
        'items': ['LIST', 'text']
    },
    key=['field_id'],
    version='loaded_at'
) }}
