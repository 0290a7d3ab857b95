-- Grain: _raw_file, _raw_row; of accepted rows campaign_id.
-- One raw row of google_ads/campaign_history, with its row status.
{{ validated_rows(
    source('google_ads', 'campaign_history'),
    columns={
        'campaign_id': ['id', 'code', 'required'],
        'customer_id': ['customer_id', 'ref'],
        'name': ['name', 'text'],
        'updated_at': ['updated_at', 'timestamp']
    },
    key=['campaign_id'],
    version='updated_at'
) }}
