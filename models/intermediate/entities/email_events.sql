-- Grain: one event_id of a source account.
{{ union_sources(
    'email_events',
    {
        'event_id': 'ref letter event',
        'occurred_at': 'timestamp',
        'campaign_id': 'ref mailing',
        'customer_id': 'ref customer',
        'event': 'string',
        'email': 'string'
    }
) }}
