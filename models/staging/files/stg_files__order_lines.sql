-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, order_id, line_no.
-- One raw row of files/order_lines, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'order_lines'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'order_id': ['order_id', 'code', 'required'],
        'line_no': ['line_no', 'integer', 'required'],
        'product_id': ['product_id', 'code'],
        'product_name': ['product_name', 'text'],
        'quantity': ['quantity', 'number'],
        'amount': ['amount', 'money'],
        'cost': ['cost', 'money', 'lenient']
    },
    key=['source_system', 'source_account', 'order_id', 'line_no'],
    rules={
        'quantity: negative': 'quantity < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
