-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, refund_id.
-- One raw row of files/refunds, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'refunds'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'refund_id': ['refund_id', 'code', 'required'],
        'order_id': ['order_id', 'code', 'required'],
        'refunded_at': ['refunded_at', 'timestamp', 'required'],
        'amount': ['amount', 'money', 'required'],
        'currency': ['currency', 'code'],
        'order_was_cut': ['order_was_cut', 'boolean']
    },
    key=['source_system', 'source_account', 'refund_id'],
    born=['refunded_at', 'order_id'],
    rules={
        'amount: negative, a refund is given as a positive amount': 'amount < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
