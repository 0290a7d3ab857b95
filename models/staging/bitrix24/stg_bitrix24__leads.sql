-- Grain: one raw row of bitrix24/crm_lead, with its verdict, as a lead.
with judged as (
    {{ judged_rows(
        source('bitrix24', 'crm_lead'),
        columns={
            'lead_id': ['ID', 'code', 'required'],
            'title': ['TITLE', 'text'],
            'created_at': ['DATE_CREATE', 'timestamp', 'required'],
            'modified_at': ['DATE_MODIFY', 'timestamp'],
            'closed_at': ['DATE_CLOSED', 'timestamp', 'event'],
            'status': ['STATUS_ID', 'text'],
            'semantics': ['STATUS_SEMANTIC_ID', 'enum'],
            'status_text': ['STATUS_DESCRIPTION', 'text'],
            'source_id': ['SOURCE_ID', 'ref'],
            'employee_id': ['ASSIGNED_BY_ID', 'ref'],
            'company_id': ['COMPANY_ID', 'ref'],
            'contact_id': ['CONTACT_ID', 'ref'],
            'city': ['ADDRESS_CITY', 'ref'],
            'address_region': ['ADDRESS_REGION', 'ref'],
            'phone': ['PHONE', 'multifield'],
            'email': ['EMAIL', 'multifield'],
            'utm_source': ['UTM_SOURCE', 'text'],
            'utm_medium': ['UTM_MEDIUM', 'text'],
            'utm_campaign': ['UTM_CAMPAIGN', 'text'],
            'utm_content': ['UTM_CONTENT', 'text'],
            'utm_term': ['UTM_TERM', 'text'],
            'web_client_id': [var('bitrix24_field_web_client_id'), 'first'],
            'region': ['UF_CRM_REGION', 'first']
        },
        key=['lead_id'],
        version='modified_at',
        rules={'title: a test record': matches('lower(title)', var('test_record_title'))}
    ) }}
),

sources as (
    select status_id, max(name) as name
    from {{ ref('base_bitrix24__crm_status') }}
    where dictionary = 'SOURCE' and row_status = 'accepted'
    group by status_id
),

stages as (
    select stage_id, status, funnel_step, row_number() over (order by position, stage_id) as place
    from {{ ref('stg_bitrix24__stages') }}
    where object = 'lead'
),

classed as (
    select
        judged.*,
        coalesce(sources.name, judged.source_id) as source_name,
        case
            when judged.semantics = 'f' or (judged.semantics is null and stages.status = 'lost') then 'rejected'
            when judged.semantics = 's' or (judged.semantics is null and stages.status = 'won') then 'converted'
            when stages.funnel_step = 'qualified' then 'qualified'
            when stages.place = 1 then 'new'
            else 'in_progress'
        end as status_class
    from judged
    left join sources on judged.source_id = sources.status_id
    left join stages on judged.status = stages.stage_id
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
    case when status_class = 'rejected' then status_text end as reject_reason,
    employee_id,
    coalesce('company_' || company_id, 'contact_' || contact_id) as customer_id,
    source_name,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    cast(null as {{ dbt.type_string() }}) as landing_page,
    web_client_id,
    coalesce(region, address_region, city) as region,
    email,
    phone,
    loaded_at,
    _raw_file,
    _raw_row,
    row_status,
    row_problem
from classed
