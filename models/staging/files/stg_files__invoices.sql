-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, invoice_id.
-- One raw row of files/invoices, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'invoices'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'invoice_id': ['invoice_id', 'code', 'required'],
        'issued_on': ['issued_on', 'date', 'required'],
        'due_on': ['due_on', 'date', 'lenient'],
        'paid_at': ['paid_at', 'timestamp', 'event'],
        'cancelled_at': ['cancelled_at', 'timestamp', 'event'],
        'amount': ['amount', 'money'],
        'currency': ['currency', 'code'],
        'deal_id': ['deal_id', 'code'],
        'customer_id': ['customer_id', 'code'],
        'contact_id': ['contact_id', 'code'],
        'employee_id': ['employee_id', 'code']
    },
    key=['source_system', 'source_account', 'invoice_id'],
    born=['issued_on', 'customer_id', 'deal_id'],
    rules={
        'amount: negative': 'amount < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
