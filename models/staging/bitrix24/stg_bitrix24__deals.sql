-- Grain: _raw_file, _raw_row; of accepted rows deal_id.
-- One raw row of bitrix24/crm_deal, with its row status, as a deal.
with validated as (
    select * from {{ ref('base_bitrix24__crm_deal') }}
),

sources as (
    select status_id, max(name) as name from {{ ref('base_bitrix24__crm_status') }}
    where dictionary = 'SOURCE' and row_status = 'accepted'
    group by status_id
),

stages as (
    select pipeline_id, stage_id, status from {{ ref('stg_bitrix24__stages') }} where object = 'deal'
),

placed as (
    select
        validated.*,
        {{ label_of('sources.name', 'validated.source_id') }} as source_name,
        {{ unlabelled('sources.name', 'validated.source_id') }} as unlabelled_source,
        {{ label_of('reasons.label', 'validated.lost_reason') }} as reason,
        {{ unlabelled('reasons.label', 'validated.lost_reason') }} as unlabelled_lost_reason,
        case validated.semantics
            when 'p' then 'open' when 's' then 'won' when 'f' then 'lost' else stages.status
        end as status,
        {{ local_to_utc('cast(validated.close_date as timestamp)') }} as close_day_starts_at
    from validated
    left join sources on validated.source_id = sources.status_id
    {{ join_list_item('reasons', "'CRM_DEAL'", own_field('bitrix24', 'deals', 'lost_reason'), 'validated.lost_reason') }}
    left join stages on coalesce(validated.pipeline_id, '0') = stages.pipeline_id and validated.stage_id = stages.stage_id
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    deal_id,
    created_at,
    lead_id,
    {{ bitrix24_customer() }} as customer_id,
    {{ bitrix24_ids('contact_', 'contact_id', 'contact_ids') }} as contact_id,
    employee_id,
    coalesce(pipeline_id, '0') as pipeline_id,
    stage_id,
    status,
    -- the day can be edited; a deal is not closed later than it came into its last stage, and of one day (the portal's) that is the moment
    case
        when status in ('won', 'lost') and close_date >= coalesce(moved_on, {{ local_date('moved_at') }}) then moved_at
        when status in ('won', 'lost') then coalesce(close_day_starts_at, moved_at)
    end as closed_at,
    case when status = 'open' then close_date end as expected_close_on,
    amount,
    currency,
    nullif(probability, 0) as probability,
    cast(null as decimal(18, 2)) as forecast_amount,
    reason as lost_reason,
    source_name,
    utm_source, utm_medium, utm_campaign, utm_content, utm_term,
    landing_page,
    nullif(concat_ws('&', 'yclid=' || yclid, 'gclid=' || gclid), '') as click_id,
    web_client_id,
    cast(null as {{ dbt.type_string() }}) as region,
    cast(null as {{ dbt.type_string() }}) as point_of_sale,
    order_id,
    title,
    cast(null as {{ dbt.type_string() }}) as email,
    cast(null as {{ dbt.type_string() }}) as phone,
    {{ own_values('bitrix24', 'deals', 'placed') -}}
    unlabelled_lost_reason,
    unlabelled_source,
    loaded_at,
    _raw_file,
    _raw_row,
    row_status,
    row_problem,
    row_remark
from placed
{{- own_texts('bitrix24', 'deals', 'placed', "'CRM_DEAL'") }}
