-- Grain: _raw_file, _raw_row; of accepted rows lead_id.
-- One raw row of amocrm/leads, which are its deals, with its row status.
{% set embedded = adapter.quote('_embedded') -%}
{%- set rows_with_links -%}
(
    select
        *,
        coalesce({{ adapter.quote('_deleted') }}, is_deleted) as is_gone,
        {{ json_value(embedded, '$.loss_reason[0].name') }} as loss_reason,
        {{ json_value(embedded, '$.contacts') }} as contacts
    from {{ source('amocrm', 'leads') }}
) as rows_with_links
{%- endset %}
{{ validated_rows(
    rows_with_links,
    columns={
        'lead_id': ['id', 'code', 'required'],
        'title': ['name', 'text'],
        'created_at': ['created_at', 'timestamp', 'required'],
        'updated_at': ['updated_at', 'timestamp'],
        'closed_at': ['closed_at', 'timestamp', 'event'],
        'pipeline_id': ['pipeline_id', 'code', 'required'],
        'status_id': ['status_id', 'code', 'required'],
        'amount': ['price', 'money'],
        'employee_id': ['responsible_user_id', 'ref'],
        'company_id': ['company_id', 'ref'],
        'contact_id': ['main_contact_id', 'ref'],
        'contacts': ['contacts', 'text'],
        'loss_reason': ['loss_reason', 'text'],
        'utm_source': ['UTM_SOURCE', 'mark'],
        'utm_medium': ['UTM_MEDIUM', 'mark'],
        'utm_campaign': ['UTM_CAMPAIGN', 'mark'],
        'utm_content': ['UTM_CONTENT', 'mark'],
        'utm_term': ['UTM_TERM', 'mark'],
        'yclid': ['YCLID', 'ref'],
        'gclid': ['GCLID', 'ref'],
        'web_client_id': ['_YM_UID', 'ref'],
        'landing_page': [var('amocrm_field_landing_page'), 'text'],
        'region': [var('amocrm_field_region'), 'text'],
        'source_name': [var('amocrm_field_source'), 'text'],
        'order_id': [var('amocrm_field_order'), 'ref'],
        'expected_close_on': [var('amocrm_field_expected_close'), 'date', 'lenient']
    },
    own=['amocrm', 'deals'],
    key=['lead_id'],
    born=['created_at', 'company_id', 'contact_id'],
    version='updated_at',
    deleted='is_gone',
    rules={
        'title: a test record': matches('lower(title)', var('test_record_title')),
        'amount: negative, a return is given as a refund': 'amount < 0'
    }
) }}
