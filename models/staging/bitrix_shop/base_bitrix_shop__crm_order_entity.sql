-- Grain: _raw_file, _raw_row; of accepted rows order_id, owner_type_id.
-- One raw row of bitrix_shop/crm_order_entity, with its row status.
{{ validated_rows(
    source('bitrix_shop', 'crm_order_entity'),
    columns={
        'order_id': ['orderId', 'ref', 'required'],
        'owner_id': ['ownerId', 'ref'],
        'owner_type_id': ['ownerTypeId', 'ref', 'required']
    },
    key=['order_id', 'owner_type_id']
) }}
