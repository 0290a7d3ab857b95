-- Grain: _raw_file, _raw_row; of accepted rows account_id, ad_id, date.
-- One raw row of vk_ads/banner_statistics, with its row status.
{% set statistics -%}
(
    select
        *,
        {%- for figure in ['shows', 'clicks', 'spent', 'goals'] %}
        coalesce({{ adapter.quote('base.' ~ figure) }}, {{ json_value('base', '$.' ~ figure) }}) as {{ figure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('vk_ads', 'banner_statistics') }}
) as statistics
{%- endset %}
{{ validated_rows(
    statistics,
    columns={
        'account_id': ['account_id', 'ref'],
        'ad_id': ['id', 'ref', 'required'],
        'date': ['date', 'date', 'required'],
        'ad_name': ['name', 'text'],
        'ad_group_id': ['ad_group_id', 'ref'],
        'ad_group_name': ['ad_group_name', 'text'],
        'campaign_id': ['ad_plan_id', 'ref'],
        'impressions': ['shows', 'integer'],
        'clicks': ['clicks', 'integer'],
        'cost': ['spent', 'money', 'required'],
        'conversions': ['goals', 'number', 'lenient'],
        'currency': ['currency', 'ref']
    },
    key=['account_id', 'ad_id', 'date']
) }}
