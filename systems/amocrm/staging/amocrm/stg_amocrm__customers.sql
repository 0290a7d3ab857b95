-- Grain: customer_id.
-- One customer: a contact or a company.
{% set card = (['name', 'region', 'segment', 'created_at', 'email', 'phone', 'loaded_at'] + own_raw_columns('amocrm', 'customers') | list) | join(', ') -%}
with customers as (
    select
        'contact_' || contact_id as customer_id,
        'person' as kind,
        'company_' || company_id as company_id,
        {{ card }}
    from {{ ref('base_amocrm__contacts') }}
    where row_status = 'accepted'
    union all
    select 'company_' || company_id, 'company', null, {{ card }}
    from {{ ref('base_amocrm__companies') }}
    where row_status = 'accepted'
)

select
    'amocrm' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    customer_id,
    kind,
    name,
    region,
    cast(null as {{ dbt.type_string() }}) as city,
    cast(null as {{ dbt.type_string() }}) as country,
    segment,
    created_at,
    email,
    phone,
    cast(null as {{ dbt.type_string() }}) as web_client_id,
    cast(null as {{ dbt.type_string() }}) as merged_into_id,
    company_id,
    {{ own_values('amocrm', 'customers', 'customers') -}}
    loaded_at,
    'accepted' as row_status
from customers
{{- own_texts('amocrm', 'customers', 'customers') }}
