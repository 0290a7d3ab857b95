-- Grain: one raw row of yandex_direct/campaign_performance, with its verdict.
{{ judged_rows(
    source('yandex_direct', 'campaign_performance'),
    columns={
        'date': ['Date', 'date', 'required'],
        'client_login': ['ClientLogin', 'ref'],
        'campaign_id': ['CampaignId', 'ref'],
        'campaign_name': ['CampaignName', 'ref'],
        'ad_group_id': ['AdGroupId', 'ref'],
        'ad_id': ['AdId', 'ref'],
        'ad_network_type': ['AdNetworkType', 'enum'],
        'device': ['Device', 'enum'],
        'impressions': ['Impressions', 'integer'],
        'clicks': ['Clicks', 'integer'],
        'cost': ['Cost', 'money', 'required'],
        'conversions': ['Conversions', 'number'],
        'currency': ['Currency', 'ref'],
        'includes_vat': ['IncludeVAT', 'boolean']
    },
    key=['client_login', 'date', 'campaign_id', 'ad_group_id', 'ad_id', 'ad_network_type', 'device', 'includes_vat']
) }}
