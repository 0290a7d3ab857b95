-- Grain: customer_id.
-- One customer: a contact or a company of somebody else.
with contacts as (
    select * from {{ ref('base_bitrix24__crm_contact') }} where row_status = 'accepted'
),

companies as (
    select *
    from {{ ref('base_bitrix24__crm_company') }}
    where row_status = 'accepted' and not coalesce(is_own_company, false)
),

{% set own = own_raw_columns('bitrix24', 'customers', ['region', 'segment']) | list -%}
{%- set card = ['address_region', 'city', 'country', 'created_at', 'email', 'phone', 'loaded_at'] + own -%}
customers as (
    select
        'contact_' || contact_id as customer_id,
        'person' as kind,
        'CRM_CONTACT' as object,
        nullif(concat_ws(' ', first_name, last_name), '') as name,
        web_client_id,
        {{ bitrix24_ids('company_', 'company_id', 'company_ids') }} as company_id,
        {{ card | join(', ') }}
    from contacts
    union all
    select 'company_' || company_id, 'company', 'CRM_COMPANY', name, null, null, {{ card | join(', ') }}
    from companies
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    customer_id,
    kind,
    name,
    coalesce({{ label_of('regions.label', 'customers.region') }}, address_region, city) as region,
    city,
    country,
    {{ label_of('segments.label', 'customers.segment') }} as segment,
    created_at,
    email,
    phone,
    web_client_id,
    cast(null as {{ dbt.type_string() }}) as merged_into_id,
    company_id,
    {{ own_values('bitrix24', 'customers', 'customers') -}}
    {{ unlabelled('regions.label', 'customers.region') }} as unlabelled_region,
    {{ unlabelled('segments.label', 'customers.segment') }} as unlabelled_segment,
    loaded_at,
    'accepted' as row_status
from customers
{{ join_list_item('regions', 'customers.object', own_field('bitrix24', 'customers', 'region'), 'customers.region') }}
{{ join_list_item('segments', 'customers.object', own_field('bitrix24', 'customers', 'segment'), 'customers.segment') }}
{{- own_texts('bitrix24', 'customers', 'customers', 'customers.object') }}
