-- Grain: _raw_file, _raw_row; of accepted rows lead_id.
-- One raw row of hubspot/contacts that is or was a lead, with its row status, as a lead.
with contacts as (
    select * from {{ ref('base_hubspot__contacts') }}
),

paths as (
    select * from {{ ref('base_hubspot__lead_paths') }}
)

select
    'hubspot' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    paths.contact_id as lead_id,
    paths.created_at,
    paths.status,
    paths.status_class,
    paths.qualified_at,
    case when paths.status_class = 'converted' then paths.converted_at end as converted_at,
    case when paths.status_class = 'rejected' then paths.rejected_at end as rejected_at,
    case when paths.status_class = 'rejected' then stages.name end as reject_reason,
    contacts.employee_id,
    coalesce('company_' || contacts.company_id, 'contact_' || contacts.contact_id) as customer_id,
    'contact_' || contacts.contact_id as contact_id,
    contacts.source_name,
    cast(null as {{ dbt.type_string() }}) as utm_source,
    cast(null as {{ dbt.type_string() }}) as utm_medium,
    cast(null as {{ dbt.type_string() }}) as utm_campaign,
    cast(null as {{ dbt.type_string() }}) as utm_content,
    cast(null as {{ dbt.type_string() }}) as utm_term,
    contacts.landing_page,
    'gclid=' || contacts.google_click_id as click_id,
    cast(null as {{ dbt.type_string() }}) as web_client_id,
    contacts.region,
    contacts.email,
    contacts.phone,
    contacts.loaded_at,
    contacts._raw_file,
    contacts._raw_row,
    contacts.row_status,
    contacts.row_problem,
    contacts.row_remark
from paths
inner join contacts on paths.contact_id = contacts.contact_id
left join {{ ref('base_hubspot__lead_stages') }} as stages on stages.property = 'hs_lead_status' and paths.status = stages.stage_id
