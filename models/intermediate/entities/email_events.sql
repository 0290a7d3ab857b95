-- Grain: one event_id of a source account.
{{ union_sources(
    'email_events',
    ['files'],
    {
        'event_id': 'string',
        'occurred_at': 'timestamp',
        'campaign_id': 'string',
        'customer_id': 'string',
        'event': 'string',
        'email': 'string'
    }
) }}
