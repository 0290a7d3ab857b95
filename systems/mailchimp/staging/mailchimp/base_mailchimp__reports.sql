-- Grain: _raw_file, _raw_row; of accepted rows campaign_id.
-- One raw row of mailchimp/reports, with its row status.
{% set figures = {
    'bounces': ['hard_bounces', 'soft_bounces', 'syntax_errors'],
    'opens': ['unique_opens', 'proxy_excluded_unique_opens'],
    'clicks': ['unique_subscriber_clicks']
} -%}
{% set reports -%}
(
    select
        *
        {%- for column, names in figures.items() %}
        {%- for name in names %},
        coalesce({{ adapter.quote(column ~ '.' ~ name) }}, {{ json_value(column, '$.' ~ name) }}) as {{ name }}
        {%- endfor %}
        {%- endfor %}
    from {{ source('mailchimp', 'reports') }}
) as reports
{%- endset %}
{{ validated_rows(
    reports,
    columns={
        'campaign_id': ['id', 'code', 'required'],
        'campaign_title': ['campaign_title', 'text'],
        'subject_line': ['subject_line', 'text'],
        'sent_at': ['send_time', 'timestamp', 'required'],
        'parent_campaign_id': ['parent_campaign_id', 'ref'],
        'emails_sent': ['emails_sent', 'integer', 'required'],
        'unsubscribed': ['unsubscribed', 'integer'],
        'hard_bounces': ['hard_bounces', 'integer'],
        'soft_bounces': ['soft_bounces', 'integer'],
        'syntax_errors': ['syntax_errors', 'integer'],
        'unique_opens': ['unique_opens', 'integer'],
        'opens_by_people': ['proxy_excluded_unique_opens', 'integer'],
        'unique_clicks': ['unique_subscriber_clicks', 'integer']
    },
    key=['campaign_id'],
    version='loaded_at',
    zone='UTC'
) }}
