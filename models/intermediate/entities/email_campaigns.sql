-- Grain: one campaign_id of a source account.
{{ union_sources(
    'email_campaigns',
    {
        'campaign_id': 'ref mailing',
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
