-- Grain: _raw_file, _raw_row; of accepted rows invoice_id.
-- One raw row of bitrix24/crm_smart_invoice, with its row status, as an invoice.  It is paid whole when it comes into a stage of success, and
-- called off when it comes into one of failure; closedate is the day by which it is to be paid.
with validated as (
    select * from {{ ref('base_bitrix24__crm_smart_invoice') }}
),

stages as (
    select
        status_id as stage_id,
        max(coalesce(semantics, lower({{ json_value('extra', '$.SEMANTICS') }}))) as meaning
    from {{ ref('base_bitrix24__crm_status') }}
    where row_status = 'accepted' and left(dictionary, 20) = 'SMART_INVOICE_STAGE_'
    group by status_id
),

placed as (
    select
        validated.*,
        case
            when stages.meaning in ('s', 'success') then 'won'
            when stages.meaning in ('f', 'failure', 'apology') then 'lost'
        end as status,
        coalesce(validated.moved_at, validated.modified_at, validated.created_at) as stage_since
    from validated
    left join stages on validated.stage_id = stages.stage_id
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    invoice_id,
    coalesce(begin_date, {{ local_date('created_at') }}) as issued_on,
    due_date as due_on,
    case when status = 'won' then stage_since end as paid_at,
    case when status = 'lost' then stage_since end as cancelled_at,
    amount,
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
from placed
