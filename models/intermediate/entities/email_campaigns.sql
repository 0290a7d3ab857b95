-- Grain: one campaign_id of a source account.
{{ union_sources(
    'email_campaigns',
    ['files'],
    {
        'campaign_id': 'string',
        'name': 'string',
        'sent_at': 'timestamp',
        'sent': 'bigint',
        'delivered': 'bigint',
        'opened_unique': 'bigint',
        'clicked_unique': 'bigint',
        'unsubscribed': 'bigint',
        'bounced': 'bigint'
    }
) }}
