-- Grain: source_system, source_account, event_id.
-- One event_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
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
