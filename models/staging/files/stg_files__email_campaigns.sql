-- Grain: one raw row of files/email_campaigns, with its verdict.
{{ judged_rows(
    source('files', 'email_campaigns'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'campaign_id': ['campaign_id', 'code', 'required'],
        'name': ['name', 'text'],
        'sent_at': ['sent_at', 'timestamp', 'required'],
        'sent': ['sent', 'integer'],
        'delivered': ['delivered', 'integer'],
        'opened_unique': ['opened_unique', 'integer'],
        'clicked_unique': ['clicked_unique', 'integer'],
        'unsubscribed': ['unsubscribed', 'integer'],
        'bounced': ['bounced', 'integer']
    },
    key=['source_system', 'source_account', 'campaign_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
