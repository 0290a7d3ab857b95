-- Grain: _raw_file, _raw_row; of accepted rows quote_id.
-- One raw row of bitrix24/crm_quote, with its row status, as a quote.  The CRM keeps no moment of sending: a quote
-- that is no draft counts as sent on the day of its issue, not before it was made.
with validated as (
    select * from {{ ref('base_bitrix24__crm_quote') }}
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
