-- Grain: _raw_file, _raw_row; of accepted rows deal_id.
-- One raw row of amocrm/leads that is not a request alone, with its row status, as a deal.
with validated as (
    select * from {{ ref('base_amocrm__leads') }}
),

contacts as (
    select * from {{ ref('base_amocrm__lead_contacts') }}
),

paths as (
    select * from {{ ref('base_amocrm__lead_paths') }}
),

account as (
    select max(currency) as currency from {{ ref('base_amocrm__account') }} where row_status = 'accepted'
),

placed as (
    select
        validated.*,
        contacts.contact_ids,
        account.currency,
        paths.was_unsorted,
        paths.left_at,
        case validated.status_id when '142' then 'won' when '143' then 'lost' else 'open' end as status
    from validated
    cross join account
    left join paths on validated.lead_id = paths.lead_id
    left join contacts on validated._raw_file = contacts._raw_file and validated._raw_row = contacts._raw_row
    where coalesce(paths.is_deal, true)
)

select
    'amocrm' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    lead_id as deal_id,
    -- a request becomes a deal when somebody takes it
    coalesce(left_at, created_at) as created_at,
    case when was_unsorted then lead_id end as lead_id,
    coalesce('company_' || company_id, 'contact_' || contact_id) as customer_id,
    coalesce(contact_ids, 'contact_' || contact_id) as contact_id,
    employee_id,
    pipeline_id,
    status_id as stage_id,
    status,
    case when status <> 'open' then closed_at end as closed_at,
    expected_close_on,
    -- the CRM writes nought where it knows no amount
    nullif(amount, 0) as amount,
    currency,
    cast(null as double) as probability,
    cast(null as decimal(18, 2)) as forecast_amount,
    case when status = 'lost' then loss_reason end as lost_reason,
    -- the marks of a request are its lead's: the day on which somebody took it is no touch
    {%- for name in ['source_name', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term', 'landing_page'] %}
    case when not coalesce(was_unsorted, false) then {{ name }} end as {{ name }},
    {%- endfor %}
    case when not coalesce(was_unsorted, false) then nullif(concat_ws('&', 'yclid=' || yclid, 'gclid=' || gclid), '') end as click_id,
    web_client_id,
    region,
    cast(null as {{ dbt.type_string() }}) as point_of_sale,
    order_id,
    title,
    cast(null as {{ dbt.type_string() }}) as email,
    cast(null as {{ dbt.type_string() }}) as phone,
    {{ own_values('amocrm', 'deals', 'placed') -}}
    loaded_at,
    _raw_file,
    _raw_row,
    row_status,
    row_problem,
    row_remark
from placed
{{- own_texts('amocrm', 'deals', 'placed') }}
