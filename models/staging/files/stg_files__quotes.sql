-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, quote_id.
-- One raw row of files/quotes, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'quotes'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'quote_id': ['quote_id', 'code', 'required'],
        'created_at': ['created_at', 'timestamp', 'required'],
        'sent_at': ['sent_at', 'timestamp', 'event'],
        'status': ['status', 'text'],
        'amount': ['amount', 'money'],
        'currency': ['currency', 'code'],
        'deal_id': ['deal_id', 'code'],
        'customer_id': ['customer_id', 'code'],
        'contact_id': ['contact_id', 'code'],
        'employee_id': ['employee_id', 'code']
    },
    key=['source_system', 'source_account', 'quote_id'],
    born=['created_at', 'customer_id', 'deal_id'],
    rules={
        'amount: negative': 'amount < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
