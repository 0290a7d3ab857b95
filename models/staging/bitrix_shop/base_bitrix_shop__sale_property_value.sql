-- Grain: _raw_file, _raw_row; of accepted rows property_id.
-- One raw row of bitrix_shop/sale_property_value, with its row status.
{{ validated_rows(
    source('bitrix_shop', 'sale_property_value'),
    columns={
        'property_id': ['id', 'integer', 'required'],
        'order_id': ['orderId', 'ref', 'required'],
        'code': ['code', 'enum'],
        'value': ['value', 'first']
    },
    key=['property_id']
) }}
