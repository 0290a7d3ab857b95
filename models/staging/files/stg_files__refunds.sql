-- Grain: one raw row of files/refunds, with its verdict.
{{ judged_rows(
    source('files', 'refunds'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'refund_id': ['refund_id', 'code', 'required'],
        'order_id': ['order_id', 'code', 'required'],
        'refunded_at': ['refunded_at', 'timestamp', 'required'],
        'amount': ['amount', 'money', 'required'],
        'currency': ['currency', 'text']
    },
    key=['source_system', 'source_account', 'refund_id'],
    rules={'amount: negative, a refund is given as a positive amount': 'amount < 0'},
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
