-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, payment_id.
-- One raw row of files/payments, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'payments'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'payment_id': ['payment_id', 'code', 'required'],
        'paid_at': ['paid_at', 'timestamp', 'required'],
        'amount': ['amount', 'money', 'required'],
        'currency': ['currency', 'code'],
        'invoice_id': ['invoice_id', 'code'],
        'order_id': ['order_id', 'code'],
        'deal_id': ['deal_id', 'code'],
        'customer_id': ['customer_id', 'code'],
        'employee_id': ['employee_id', 'code']
    },
    key=['source_system', 'source_account', 'payment_id'],
    born=['paid_at', 'customer_id', 'invoice_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
