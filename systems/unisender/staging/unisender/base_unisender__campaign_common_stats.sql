-- Grain: _raw_file, _raw_row; of accepted rows campaign_id.
-- One raw row of unisender/campaign_common_stats, with its row status.
{{ validated_rows(
    source('unisender', 'campaign_common_stats'),
    columns={
        'campaign_id': ['campaign_id', 'code', 'required'],
        'sent': ['sent', 'integer', 'required'],
        'delivered': ['delivered', 'integer'],
        'read_unique': ['read_unique', 'integer'],
        'clicked_unique': ['clicked_unique', 'integer'],
        'unsubscribed': ['unsubscribed', 'integer']
    },
    key=['campaign_id'],
    version='loaded_at'
) }}
