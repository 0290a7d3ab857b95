-- Grain: _raw_file, _raw_row; of accepted rows item_id.
-- One raw row of bitrix_shop/sale_basket_item, with its row status.
{{ validated_rows(
    source('bitrix_shop', 'sale_basket_item'),
    columns={
        'item_id': ['id', 'integer', 'required'],
        'order_id': ['orderId', 'ref'],
        'position': ['sort', 'integer', 'lenient'],
        'product_id': ['productId', 'ref'],
        'product_name': ['name', 'text'],
        'price': ['price', 'number'],
        'quantity': ['quantity', 'number'],
        'discount': ['discountPrice', 'number'],
        'is_price_set': ['customPrice', 'boolean'],
        'updated_at': ['dateUpdate', 'timestamp']
    },
    key=['item_id'],
    version='updated_at',
    rules={
        'quantity: negative': 'quantity < 0',
        'price: times quantity, it comes to a trillion': 'abs(price * quantity) >= 1000000000000'
    }
) }}
