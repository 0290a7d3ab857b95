-- Grain: one raw row of bitrix_shop/sale_payment, with its verdict.  Payments carry no stamp of change: the last one loaded counts.
{{ judged_rows(
    source('bitrix_shop', 'sale_payment'),
    columns={
        'payment_id': ['id', 'ref', 'required'],
        'order_id': ['orderId', 'ref', 'required'],
        'is_paid': ['paid', 'boolean'],
        'paid_at': ['datePaid', 'timestamp'],
        'amount': ['sum', 'money', 'required'],
        'currency': ['currency', 'text'],
        'is_returned': ['isReturn', 'boolean'],
        'returned_on': ['payReturnDate', 'date']
    },
    key=['payment_id'],
    rules={
        'payReturnDate: a returned payment without its day': 'is_returned and returned_on is null',
        'sum: negative': 'amount < 0'
    }
) }}
