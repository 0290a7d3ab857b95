-- Grain: one date, platform, account_id, campaign_id, ad_id of a source account.
{{ union_sources(
    'ad_spend',
    {
        'date': 'date',
        'platform': 'string',
        'account_id': 'string',
        'campaign_id': 'string',
        'campaign_name': 'string',
        'ad_id': 'string',
        'impressions': 'bigint',
        'clicks': 'bigint',
        'cost': 'decimal(18, 2)',
        'currency': 'string',
        'cost_includes_vat': 'boolean',
        'conversions': 'double',
        'utm_source': 'string',
        'utm_medium': 'string',
        'utm_campaign': 'string'
    }
) }}
