-- Grain: customer_id.
-- One customer: a contact or a company.  One that was merged names the record that counts for it.
{% set own = own_raw_columns('hubspot', 'customers') | list -%}
{%- set card = (['region', 'city', 'country', 'segment', 'created_at', 'phone', 'loaded_at'] + own) | join(', ') -%}
with customers as (
    select
        'contact' as object,
        contact_id as record_id,
        'person' as kind,
        nullif(concat_ws(' ', first_name, last_name), '') as name,
        email,
        'company_' || company_id as company_id,
        {{ card }}
    from {{ ref('base_hubspot__contacts') }}
    where row_status = 'accepted'
    union all
    select 'company', company_id, 'company', name, null, null, {{ card }}
    from {{ ref('base_hubspot__companies') }}
    where row_status = 'accepted'
)

select
    'hubspot' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    customers.object || '_' || customers.record_id as customer_id,
    customers.kind,
    customers.name,
    customers.region,
    customers.city,
    customers.country,
    customers.segment,
    customers.created_at,
    customers.email,
    customers.phone,
    cast(null as {{ dbt.type_string() }}) as web_client_id,
    customers.object || '_' || merged_records.record_id as merged_into_id,
    customers.company_id,
    {{ own_values('hubspot', 'customers', 'customers') -}}
    customers.loaded_at,
    'accepted' as row_status
from customers
left join {{ ref('base_hubspot__merges') }} as merged_records
    on customers.object = merged_records.object and customers.record_id = merged_records.merged_id
{{- own_texts('hubspot', 'customers', 'customers', "case customers.object when 'contact' then 'contacts' else 'companies' end") }}
