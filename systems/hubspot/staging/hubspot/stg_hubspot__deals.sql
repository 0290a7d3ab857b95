-- Grain: _raw_file, _raw_row; of accepted rows deal_id.
-- One raw row of hubspot/deals, with its row status.  One that was merged into another deal is an older version of that.
with validated as (
    select * from {{ ref('base_hubspot__deals') }}
),

merged_records as (
    select * from {{ ref('base_hubspot__merges') }}
),

stages as (
    select * from {{ ref('stg_hubspot__stages') }} where object = 'deal'
),

account as (
    select max(currency) as currency from {{ ref('base_hubspot__account') }} where row_status = 'accepted'
),

placed as (
    select
        validated.*,
        stages.status,
        coalesce(stages.status <> 'open', false) as is_closed,
        account.currency as account_currency,
        merged_deals.record_id as merged_into_id,
        deal_leads.lead_id
    from validated
    cross join account
    left join stages on validated.pipeline_id = stages.pipeline_id and validated.stage_id = stages.stage_id
    left join merged_records as merged_deals on merged_deals.object = 'deal' and validated.deal_id = merged_deals.merged_id
    left join {{ ref('base_hubspot__deal_leads') }} as deal_leads on validated.deal_id = deal_leads.deal_id
)

select
    'hubspot' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    deal_id,
    -- what was closed before somebody entered it was made on the day of its closing
    case when is_closed and close_at < created_at then close_at else created_at end as created_at,
    lead_id,
    coalesce('company_' || company_id, 'contact_' || contact_id) as customer_id,
    'contact_' || replace(contact_ids, ';', ',contact_') as contact_id,
    employee_id,
    pipeline_id,
    stage_id,
    status,
    case when is_closed then close_at end as closed_at,
    case when not is_closed then {{ local_date('close_at') }} end as expected_close_on,
    amount,
    coalesce(currency, account_currency) as currency,
    coalesce(own_probability, stage_probability) as probability,
    cast(null as decimal(18, 2)) as forecast_amount,
    case when status = 'lost' then lost_reason end as lost_reason,
    source_name,
    cast(null as {{ dbt.type_string() }}) as utm_source,
    cast(null as {{ dbt.type_string() }}) as utm_medium,
    cast(null as {{ dbt.type_string() }}) as utm_campaign,
    cast(null as {{ dbt.type_string() }}) as utm_content,
    cast(null as {{ dbt.type_string() }}) as utm_term,
    cast(null as {{ dbt.type_string() }}) as landing_page,
    cast(null as {{ dbt.type_string() }}) as click_id,
    cast(null as {{ dbt.type_string() }}) as web_client_id,
    region,
    cast(null as {{ dbt.type_string() }}) as point_of_sale,
    order_id,
    title,
    cast(null as {{ dbt.type_string() }}) as email,
    cast(null as {{ dbt.type_string() }}) as phone,
    {{ own_values('hubspot', 'deals', 'placed') -}}
    loaded_at,
    _raw_file,
    _raw_row,
    case when row_status = 'accepted' and merged_into_id is not null then 'superseded' else row_status end as row_status,
    row_problem,
    nullif(concat_ws('; ', row_remark, 'merged into ' || merged_into_id), '') as row_remark
from placed
{{- own_texts('hubspot', 'deals', 'placed', "'deals'") }}
