-- Grain: _raw_file, _raw_row; of accepted rows deal_id.
-- One raw row of bitrix24/crm_deal, with its row status, as a deal.
{% set moved = adapter.quote('MOVED_TIME') -%}
{%- set rows_with_portal_day -%}
(
    select
        *,
        -- the portal's own day of that moment, where it is written with the portal's offset
        case when {{ matches(moved, '[+-](0[1-9]|1[0-9]):?[0-9]{2}$') }} then left({{ moved }}, 10) end as moved_day
    from {{ source('bitrix24', 'crm_deal') }}
) as rows_with_portal_day
{%- endset %}
with validated as (
    {{ validated_rows(
        rows_with_portal_day,
        columns={
            'deal_id': ['ID', 'code', 'required'],
            'title': ['TITLE', 'text'],
            'created_at': ['DATE_CREATE', 'timestamp', 'required'],
            'modified_at': ['DATE_MODIFY', 'timestamp'],
            'moved_at': ['MOVED_TIME', 'timestamp', 'event'],
            'moved_on': ['moved_day', 'date'],
            'close_date': ['CLOSEDATE', 'date', 'event'],
            'pipeline_id': ['CATEGORY_ID', 'code'],
            'stage_id': ['STAGE_ID', 'text'],
            'semantics': ['STAGE_SEMANTIC_ID', 'enum'],
            'is_recurring': ['IS_RECURRING', 'boolean'],
            'amount': ['OPPORTUNITY', 'money'],
            'currency': ['CURRENCY_ID', 'ref'],
            'probability': ['PROBABILITY', 'percent', 'lenient'],
            'lead_id': ['LEAD_ID', 'ref'],
            'company_id': ['COMPANY_ID', 'ref'],
            'contact_id': ['CONTACT_ID', 'ref'],
            'contact_ids': ['CONTACT_IDS', 'text'],
            'employee_id': ['ASSIGNED_BY_ID', 'ref'],
            'source_id': ['SOURCE_ID', 'ref'],
            'utm_source': ['UTM_SOURCE', 'mark'],
            'utm_medium': ['UTM_MEDIUM', 'mark'],
            'utm_campaign': ['UTM_CAMPAIGN', 'mark'],
            'utm_content': ['UTM_CONTENT', 'mark'],
            'utm_term': ['UTM_TERM', 'mark'],
            'landing_page': [var('bitrix24_field_landing_page'), 'text'],
            'yclid': ['UF_CRM_YCLID', 'first'],
            'gclid': ['UF_CRM_GCLID', 'first'],
            'web_client_id': [var('bitrix24_field_web_client_id'), 'first'],
            'lost_reason': ['UF_CRM_LOST_REASON', 'first'],
            'order_id': ['UF_CRM_ORDER_ID', 'first']
        },
        key=['deal_id'],
        born=['created_at', 'company_id', 'contact_id'],
        version='modified_at',
        rules={
            'title: a test record': matches('lower(title)', var('test_record_title')),
            'amount: negative, a return is given as a refund': 'amount < 0',
            'is_recurring: a template of deals to come, not a deal': 'is_recurring'
        }
    ) }}
),

sources as (
    select status_id, max(name) as name
    from {{ ref('base_bitrix24__crm_status') }}
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
    {{ join_list_item('reasons', "'CRM_DEAL'", 'UF_CRM_LOST_REASON', 'validated.lost_reason') }}
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
    utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    landing_page,
    nullif(concat_ws('&', 'yclid=' || yclid, 'gclid=' || gclid), '') as click_id,
    web_client_id,
    cast(null as {{ dbt.type_string() }}) as region,
    cast(null as {{ dbt.type_string() }}) as point_of_sale,
    order_id,
    unlabelled_lost_reason,
    unlabelled_source,
    loaded_at,
    _raw_file,
    _raw_row,
    row_status,
    row_problem,
    row_remark
from placed
