-- Grain: _raw_file, _raw_row; of accepted rows lead_id.
-- One raw row of hubspot/contacts or of hubspot/leads that is or was a lead, with its row status, as a lead.
with contacts as (
    select * from {{ ref('base_hubspot__contacts') }}
),

paths as (
    select * from {{ ref('base_hubspot__lead_records') }}
),

-- who a record of the object Leads is of
people as (
    select * from contacts where row_status = 'accepted'
),

records as (
    select
        'contacts' as object, contact_id as record_id, contact_id, company_id, employee_id, source_name,
        cast(null as {{ dbt.type_string() }}) as reject_reason, landing_page, google_click_id, region, email, phone,
        loaded_at, _raw_file, _raw_row, row_status, row_problem, row_remark
    from contacts
    union all
    select
        'leads', leads.record_id, coalesce(merged.record_id, leads.contact_id), coalesce(leads.company_id, people.company_id), leads.employee_id,
        coalesce(leads.source_name, people.source_name), leads.reject_reason, people.landing_page, people.google_click_id, people.region,
        people.email, people.phone, leads.loaded_at, leads._raw_file, leads._raw_row, leads.row_status, leads.row_problem, leads.row_remark
    from {{ ref('base_hubspot__leads') }} as leads
    left join {{ ref('base_hubspot__merges') }} as merged on merged.object = 'contact' and leads.contact_id = merged.merged_id
    left join people on coalesce(merged.record_id, leads.contact_id) = people.contact_id
)

select
    'hubspot' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    paths.lead_id,
    paths.created_at,
    paths.status,
    paths.status_class,
    paths.qualified_at,
    case when paths.status_class = 'converted' then paths.converted_at end as converted_at,
    case when paths.status_class = 'rejected' then paths.rejected_at end as rejected_at,
    case when paths.status_class = 'rejected' then coalesce(records.reject_reason, stages.name) end as reject_reason,
    records.employee_id,
    coalesce('company_' || records.company_id, 'contact_' || records.contact_id) as customer_id,
    'contact_' || records.contact_id as contact_id,
    records.source_name,
    cast(null as {{ dbt.type_string() }}) as utm_source,
    cast(null as {{ dbt.type_string() }}) as utm_medium,
    cast(null as {{ dbt.type_string() }}) as utm_campaign,
    cast(null as {{ dbt.type_string() }}) as utm_content,
    cast(null as {{ dbt.type_string() }}) as utm_term,
    records.landing_page,
    'gclid=' || records.google_click_id as click_id,
    cast(null as {{ dbt.type_string() }}) as web_client_id,
    records.region,
    records.email,
    records.phone,
    records.loaded_at,
    records._raw_file,
    records._raw_row,
    records.row_status,
    records.row_problem,
    records.row_remark
from paths
inner join records on paths.object = records.object and paths.record_id = records.record_id
left join {{ ref('base_hubspot__lead_stages') }} as stages on stages.property = 'hs_lead_status' and paths.status = stages.stage_id
