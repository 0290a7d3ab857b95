-- Grain: customer_id.
-- One customer: an account or a contact.  An account that is a person has a contact beside it, which is the same.
{% set own = own_raw_columns('salesforce', 'customers') | list -%}
{%- set card = (['name', 'region', 'state', 'city', 'country', 'created_at', 'email', 'phone', 'mobile', 'loaded_at'] + own) | join(', ') -%}
with customers as (
    select
        account_id as customer_id,
        case when is_person then 'person' else 'company' end as kind,
        segment,
        cast(null as {{ dbt.type_string() }}) as company_id,
        {{ card }}
    from {{ ref('base_salesforce__account') }}
    where row_status = 'accepted'
    union all
    select contact_id, 'person', null, account_id, {{ card }}
    from {{ ref('base_salesforce__contact') }}
    where row_status = 'accepted' and not coalesce(is_person, false)
)

select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    customer_id,
    kind,
    name,
    coalesce(region, state) as region,
    city,
    country,
    segment,
    created_at,
    email,
    nullif(concat_ws(', ', phone, mobile), '') as phone,
    cast(null as {{ dbt.type_string() }}) as web_client_id,
    cast(null as {{ dbt.type_string() }}) as merged_into_id,
    company_id,
    {{ own_values('salesforce', 'customers', 'customers') -}}
    loaded_at,
    'accepted' as row_status
from customers
{{- own_texts('salesforce', 'customers', 'customers') }}
