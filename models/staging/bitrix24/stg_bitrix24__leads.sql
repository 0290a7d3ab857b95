-- Grain: _raw_file, _raw_row; of accepted rows lead_id.
-- One raw row of bitrix24/crm_lead, with its row status, as a lead.
with validated as (
    select * from {{ ref('base_bitrix24__crm_lead') }}
),

sources as (
    select status_id, max(name) as name
    from {{ ref('base_bitrix24__crm_status') }}
    where dictionary = 'SOURCE' and row_status = 'accepted'
    group by status_id
),

stages as (
    select stage_id, status, funnel_step, row_number() over (order by position, stage_id) as row_no
    from {{ ref('stg_bitrix24__stages') }}
    where object = 'lead'
),

classed as (
    select
        validated.*,
        {{ label_of('sources.name', 'validated.source_id') }} as source_name,
        {{ unlabelled('sources.name', 'validated.source_id') }} as unlabelled_source,
        {{ label_of('regions.label', 'validated.region') }} as region_label,
        {{ unlabelled('regions.label', 'validated.region') }} as unlabelled_region,
        case
            when validated.semantics = 'f' or (validated.semantics is null and stages.status = 'lost') then 'rejected'
            when validated.semantics = 's' or (validated.semantics is null and stages.status = 'won') then 'converted'
            when stages.funnel_step = 'qualified' then 'qualified'
            when stages.row_no = 1 then 'new'
            else 'in_progress'
        end as status_class
    from validated
    left join sources on validated.source_id = sources.status_id
    {{ join_list_item('regions', "'CRM_LEAD'", own_field('bitrix24', 'leads', 'region'), 'validated.region') }}
    left join stages on validated.status = stages.stage_id
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    lead_id,
    created_at,
    status,
    status_class,
    cast(null as timestamp) as qualified_at,
    case when status_class = 'converted' then closed_at end as converted_at,
    case when status_class = 'rejected' then closed_at end as rejected_at,
    case when status_class = 'rejected' then {{ label_of('null', 'status_text') }} end as reject_reason,
    employee_id,
    {{ bitrix24_customer() }} as customer_id,
    {{ bitrix24_ids('contact_', 'contact_id', 'contact_ids') }} as contact_id,
    source_name,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    landing_page,
    nullif(concat_ws('&', 'yclid=' || yclid, 'gclid=' || gclid), '') as click_id,
    web_client_id,
    coalesce(region_label, address_region, city) as region,
    email,
    phone,
    {{ own_values('bitrix24', 'leads', 'classed') -}}
    case when status_class = 'rejected' then {{ unlabelled('null', 'status_text') }} end as unlabelled_reject_reason,
    unlabelled_region,
    unlabelled_source,
    loaded_at,
    _raw_file,
    _raw_row,
    row_status,
    row_problem,
    row_remark
from classed
{{- own_texts('bitrix24', 'leads', 'classed', "'CRM_LEAD'") }}
