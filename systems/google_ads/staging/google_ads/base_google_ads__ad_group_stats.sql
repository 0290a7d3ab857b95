-- Grain: _raw_file, _raw_row; of accepted rows date, customer_id, campaign_id, ad_group_id, ad_network_type, device, impressions, clicks,
--   cost_micros, conversions, other_columns.
-- One raw row of google_ads/ad_group_stats, with its row status.
{{ validated_rows(
    source('google_ads', 'ad_group_stats'),
    columns={
        'date': ['date', 'date', 'required'],
        'customer_id': ['customer_id', 'ref'],
        'campaign_id': ['campaign_id', 'ref'],
        'campaign_name': ['campaign_name', 'text'],
        'ad_group_id': ['ad_group_id', 'ref'],
        'ad_network_type': ['ad_network_type', 'enum'],
        'device': ['device', 'enum'],
        'impressions': ['impressions', 'integer'],
        'clicks': ['clicks', 'integer'],
        'cost_micros': ['cost_micros', 'integer', 'required'],
        'conversions': ['conversions', 'number', 'lenient'],
        'currency': ['currency_code', 'ref'],
        'other_columns': ['_other_columns', 'text']
    },
    key=['date', 'customer_id', 'campaign_id', 'ad_group_id', 'ad_network_type', 'device'],
    parts=['impressions', 'clicks', 'cost_micros', 'conversions', 'other_columns']
) }}
