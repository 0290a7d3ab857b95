-- Grain: _raw_file, _raw_row; of accepted rows lead_id.
-- One raw row of salesforce/lead, with its row status, as a lead.
{% set classes = var('salesforce_lead_classes') -%}
with classed as (
    select
        *,
        case
            when is_converted then 'converted'
            {%- for class, statuses in classes.items() %}
            when {{ salesforce_is('status', statuses) }} then '{{ class }}'
            {%- endfor %}
            else 'in_progress'
        end as status_class
    from {{ ref('base_salesforce__lead') }}
)

select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    lead_id,
    created_at,
    status,
    status_class,
    cast(null as timestamp) as qualified_at,
    -- a day alone; its history, where it is kept, tells the moment
    case when is_converted then {{ local_to_utc('cast(converted_on as timestamp)') }} end as converted_at,
    case when status_class = 'rejected' then changed_at end as rejected_at,
    case when status_class = 'rejected' then reject_reason end as reject_reason,
    {{ salesforce_employee() }} as employee_id,
    coalesce(account_id, contact_id) as customer_id,
    contact_id,
    source_name,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    landing_page,
    nullif(concat_ws('&', 'yclid=' || yclid, 'gclid=' || gclid), '') as click_id,
    web_client_id,
    coalesce(region, state) as region,
    email,
    nullif(concat_ws(', ', phone, mobile), '') as phone,
    loaded_at,
    _raw_file,
    _raw_row,
    row_status,
    row_problem,
    row_remark
from classed
