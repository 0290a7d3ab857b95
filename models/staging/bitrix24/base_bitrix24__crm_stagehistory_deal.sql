-- Grain: _raw_file, _raw_row; of accepted rows change_id.
-- One raw row of bitrix24/crm_stagehistory_deal, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_stagehistory_deal'),
    columns={
        'change_id': ['ID', 'integer', 'required'],
        'type_id': ['TYPE_ID', 'code'],
        'deal_id': ['OWNER_ID', 'ref', 'required'],
        'pipeline_id': ['CATEGORY_ID', 'code'],
        'stage_id': ['STAGE_ID', 'text', 'required'],
        'semantics': ['STAGE_SEMANTIC_ID', 'enum'],
        'entered_at': ['CREATED_TIME', 'timestamp', 'required']
    },
    key=['change_id'],
    version='loaded_at'
) }}
