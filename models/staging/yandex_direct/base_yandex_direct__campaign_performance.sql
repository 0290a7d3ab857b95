-- Grain: one raw row of yandex_direct/campaign_performance, with its verdict.
{{ judged_rows(
    source('yandex_direct', 'campaign_performance'),
    columns={
        'date': ['Date', 'date', 'required'],
        'client_login': ['ClientLogin', 'text'],
        'campaign_id': ['CampaignId', 'ref'],
        'campaign_name': ['CampaignName', 'text'],
        'ad_network_type': ['AdNetworkType', 'enum'],
        'impressions': ['Impressions', 'integer'],
        'clicks': ['Clicks', 'integer'],
        'cost': ['Cost', 'money', 'required'],
        'conversions': ['Conversions', 'number'],
        'currency': ['Currency', 'text'],
        'includes_vat': ['IncludeVAT', 'boolean']
    },
    key=['client_login', 'date', 'campaign_id', 'ad_network_type', 'includes_vat']
) }}
