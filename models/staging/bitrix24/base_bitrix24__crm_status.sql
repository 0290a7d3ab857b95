-- Grain: _raw_file, _raw_row; of accepted rows entry_id.
-- One raw row of bitrix24/crm_status, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_status'),
    columns={
        'entry_id': ['ID', 'integer', 'required'],
        'dictionary': ['ENTITY_ID', 'text', 'required'],
        'status_id': ['STATUS_ID', 'text', 'required'],
        'sort': ['SORT', 'integer', 'lenient'],
        'name': ['NAME', 'text'],
        'semantics': ['SEMANTICS', 'enum'],
        'extra': ['EXTRA', 'text']
    },
    key=['entry_id'],
    version='loaded_at'
) }}
