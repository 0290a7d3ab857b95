-- Grain: _raw_file, _raw_row; of accepted rows campaign_id.
-- One raw row of sendpulse/campaigns, with its row status.
{% set campaigns -%}
(
    select
        *,
        {%- for name in ['sent', 'delivered', 'opening', 'link_redirected', 'unsubscribe', 'error'] %}
        {{ json_value('statistics', '$.' ~ name) }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('sendpulse', 'campaigns') }}
) as campaigns
{%- endset %}
{{ validated_rows(
    campaigns,
    columns={
        'campaign_id': ['id', 'code', 'required'],
        'name': ['name', 'text'],
        'sent_at': ['send_date', 'timestamp'],
        'is_sms': ['is_sms', 'boolean'],
        'is_viber': ['is_viber', 'boolean'],
        'sent': ['sent', 'integer'],
        'delivered': ['delivered', 'integer'],
        'opened': ['opening', 'integer'],
        'clicked': ['link_redirected', 'integer'],
        'unsubscribed': ['unsubscribe', 'integer'],
        'failed': ['error', 'integer']
    },
    key=['campaign_id'],
    version='loaded_at',
    zone=var('sendpulse_timezone') or none
) }}
