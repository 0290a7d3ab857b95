-- Grain: one raw row of files/ad_spend, with its verdict.
{{ judged_rows(
    source('files', 'ad_spend'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'date': ['date', 'date', 'required'],
        'platform': ['platform', 'text', 'required'],
        'account_id': ['account_id', 'code'],
        'campaign_id': ['campaign_id', 'code'],
        'campaign_name': ['campaign_name', 'text'],
        'ad_id': ['ad_id', 'code'],
        'impressions': ['impressions', 'integer'],
        'clicks': ['clicks', 'integer'],
        'cost': ['cost', 'money', 'required'],
        'currency': ['currency', 'text'],
        'cost_includes_vat': ['cost_includes_vat', 'boolean'],
        'conversions': ['conversions', 'number'],
        'utm_source': ['utm_source', 'text'],
        'utm_medium': ['utm_medium', 'text'],
        'utm_campaign': ['utm_campaign', 'text']
    },
    key=['source_system', 'source_account', 'date', 'platform', 'account_id', 'campaign_id', 'ad_id', 'cost_includes_vat'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
