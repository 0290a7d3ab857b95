-- Grain: _raw_file, _raw_row; of accepted rows row_id.
-- One raw row of bitrix24/crm_item_productrow, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_item_productrow'),
    columns={
        'row_id': ['id', 'integer', 'required'],
        'owner_id': ['ownerId', 'ref', 'required'],
        'owner_type': ['ownerType', 'enum', 'required'],
        'product_id': ['productId', 'ref'],
        'product_name': ['productName', 'text'],
        'price': ['price', 'number'],
        'quantity': ['quantity', 'number'],
        'discount_rate': ['discountRate', 'number'],
        'discount_sum': ['discountSum', 'number'],
        'sort': ['sort', 'integer', 'lenient']
    },
    key=['row_id'],
    version='loaded_at',
    rules={
        'quantity: negative': 'quantity < 0',
        'price: times quantity, it comes to a trillion': 'abs(price * quantity) >= 1000000000000'
    }
) }}
