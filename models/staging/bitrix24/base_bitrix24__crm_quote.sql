-- Grain: _raw_file, _raw_row; of accepted rows quote_id.
-- One raw row of bitrix24/crm_quote, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_quote'),
    columns={
        'quote_id': ['ID', 'code', 'required'],
        'created_at': ['DATE_CREATE', 'timestamp', 'required'],
        'modified_at': ['DATE_MODIFY', 'timestamp'],
        'begin_date': ['BEGINDATE', 'date', 'event'],
        'status': ['STATUS_ID', 'text'],
        'amount': ['OPPORTUNITY', 'money'],
        'currency': ['CURRENCY_ID', 'ref'],
        'deal_id': ['DEAL_ID', 'ref'],
        'company_id': ['COMPANY_ID', 'ref'],
        'contact_id': ['CONTACT_ID', 'ref'],
        'contact_ids': ['CONTACT_IDS', 'text'],
        'employee_id': ['ASSIGNED_BY_ID', 'ref']
    },
    key=['quote_id'],
    born=['created_at', 'deal_id', 'company_id', 'contact_id'],
    version='modified_at',
    rules={'amount: negative': 'amount < 0'}
) }}
