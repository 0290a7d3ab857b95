-- Grain: source_system, source_account, campaign_id.
-- One campaign_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
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
