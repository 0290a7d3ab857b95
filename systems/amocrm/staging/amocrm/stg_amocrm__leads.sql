-- Grain: _raw_file, _raw_row; of accepted rows lead_id.
-- One raw row of amocrm/leads that is known to have stood unsorted, with its row status, as a lead.
with validated as (
    select * from {{ ref('base_amocrm__leads') }}
),

contacts as (
    select * from {{ ref('base_amocrm__lead_contacts') }}
),

paths as (
    select * from {{ ref('base_amocrm__lead_paths') }} where was_unsorted
),

classed as (
    select
        validated.*,
        contacts.contact_ids,
        paths.left_at,
        case when paths.is_unsorted then 'new' when paths.is_deal then 'converted' else 'rejected' end as status_class
    from validated
    inner join paths on validated.lead_id = paths.lead_id
    left join contacts on validated._raw_file = contacts._raw_file and validated._raw_row = contacts._raw_row
)

select
    'amocrm' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    lead_id,
    created_at,
    status_id as status,
    status_class,
    cast(null as timestamp) as qualified_at,
    case when status_class = 'converted' then left_at end as converted_at,
    case when status_class = 'rejected' then left_at end as rejected_at,
    case when status_class = 'rejected' then loss_reason end as reject_reason,
    employee_id,
    coalesce('company_' || company_id, 'contact_' || contact_id) as customer_id,
    coalesce(contact_ids, 'contact_' || contact_id) as contact_id,
    source_name,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    landing_page,
    nullif(concat_ws('&', 'yclid=' || yclid, 'gclid=' || gclid), '') as click_id,
    web_client_id,
    region,
    cast(null as {{ dbt.type_string() }}) as email,
    cast(null as {{ dbt.type_string() }}) as phone,
    loaded_at,
    _raw_file,
    _raw_row,
    row_status,
    row_problem,
    row_remark
from classed
