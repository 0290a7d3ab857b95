-- Grain: _raw_file, _raw_row; of accepted rows client_login, date, campaign_id, ad_group_id, ad_id, ad_network_type, device, includes_vat,
--   keyword, impressions, clicks, cost, conversions, other_columns.
-- One raw row of yandex_direct/campaign_performance, with its row status.
{{ validated_rows(
    source('yandex_direct', 'campaign_performance'),
    columns={
        'date': ['Date', 'date', 'required'],
        'client_login': ['ClientLogin', 'ref'],
        'campaign_id': ['CampaignId', 'ref'],
        'campaign_name': ['CampaignName', 'ref'],
        'ad_group_id': ['AdGroupId', 'ref'],
        'ad_group_name': ['AdGroupName', 'ref'],
        'ad_id': ['AdId', 'ref'],
        'keyword': ['Criterion', 'text'],
        'ad_network_type': ['AdNetworkType', 'enum'],
        'device': ['Device', 'enum'],
        'impressions': ['Impressions', 'integer'],
        'clicks': ['Clicks', 'integer'],
        'cost': ['Cost', 'money', 'required'],
        'conversions': ['Conversions', 'number', 'lenient'],
        'currency': ['Currency', 'ref'],
        'includes_vat': ['IncludeVAT', 'boolean'],
        'other_columns': ['_other_columns', 'text']
    },
    key=['client_login', 'date', 'campaign_id', 'ad_group_id', 'ad_id', 'ad_network_type', 'device', 'includes_vat'],
    parts=['keyword', 'impressions', 'clicks', 'cost', 'conversions', 'other_columns'],
    rules={
        'cost: no click costs that much, it may be in millionths':
            'cost > ' ~ var('direct_dearest_click') ~ ' * ' ~ direct_units() ~ ' and not ' ~ direct_in_millionths('over (partition by _raw_file)')
    }
) }}
