-- Grain: _raw_file, _raw_row; of accepted rows change_id.
-- One raw row of bitrix24/crm_stagehistory_lead, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_stagehistory_lead'),
    columns={
        'change_id': ['ID', 'integer', 'required'],
        'type_id': ['TYPE_ID', 'code'],
        'lead_id': ['OWNER_ID', 'ref', 'required'],
        'stage_id': ['STATUS_ID', 'text', 'required'],
        'semantics': ['STATUS_SEMANTIC_ID', 'enum'],
        'entered_at': ['CREATED_TIME', 'timestamp', 'required']
    },
    key=['change_id'],
    version='loaded_at'
) }}
