-- Grain: _raw_file, _raw_row; of accepted rows campaign_id.
-- One raw row of vk_ads/ad_plans, with its row status.
{{ validated_rows(
    source('vk_ads', 'ad_plans'),
    columns={
        'campaign_id': ['id', 'code', 'required'],
        'name': ['name', 'text']
    },
    key=['campaign_id'],
    version='loaded_at'
) }}
