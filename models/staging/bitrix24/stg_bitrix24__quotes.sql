-- Grain: _raw_file, _raw_row; of accepted rows quote_id.
-- One raw row of bitrix24/crm_quote, with its row status, as a quote.  The CRM keeps no moment of sending: a quote
-- that is no draft counts as sent on the day of its issue, not before it was made.
with validated as (
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
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    quote_id,
    created_at,
    case
        when status <> 'DRAFT'
            then greatest(created_at, coalesce({{ local_to_utc('cast(begin_date as timestamp)') }}, created_at))
    end as sent_at,
    status,
    -- the CRM writes nought where it knows no amount
    nullif(amount, 0) as amount,
    currency,
    deal_id,
    {{ bitrix24_customer() }} as customer_id,
    {{ bitrix24_ids('contact_', 'contact_id', 'contact_ids') }} as contact_id,
    employee_id,
    loaded_at,
    _raw_file,
    _raw_row,
    row_status,
    row_problem,
    row_remark
from validated
