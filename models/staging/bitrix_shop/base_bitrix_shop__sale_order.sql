-- Grain: _raw_file, _raw_row; of accepted rows order_id.
-- One raw row of bitrix_shop/sale_order, with its row status.
{{ validated_rows(
    source('bitrix_shop', 'sale_order'),
    columns={
        'order_id': ['id', 'ref', 'required'],
        'order_number': ['accountNumber', 'ref'],
        'created_at': ['dateInsert', 'timestamp', 'required'],
        'updated_at': ['dateUpdate', 'timestamp'],
        'status_id': ['statusId', 'text'],
        'amount': ['price', 'money'],
        'currency': ['currency', 'code'],
        'user_id': ['userId', 'ref'],
        'employee_id': ['responsibleId', 'ref'],
        'is_paid': ['payed', 'boolean'],
        'is_cancelled': ['canceled', 'boolean']
    },
    key=['order_id'],
    born=['created_at', 'user_id'],
    version='updated_at'
) }}
