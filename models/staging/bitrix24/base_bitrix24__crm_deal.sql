-- Grain: _raw_file, _raw_row; of accepted rows deal_id.
-- One raw row of bitrix24/crm_deal, with its row status.
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
        'web_client_id': [var('bitrix24_field_web_client_id'), 'first']
    },
    own=['bitrix24', 'deals', ['lost_reason', 'order_id']],
    key=['deal_id'],
    born=['created_at', 'company_id', 'contact_id'],
    version='modified_at',
    rules={
        'title: a test record': matches('lower(title)', var('test_record_title')),
        'amount: negative, a return is given as a refund': 'amount < 0',
        'is_recurring: a template of deals to come, not a deal': 'is_recurring'
    }
) }}
