-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, campaign_id.
-- One raw row of files/email_campaigns, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
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
    born=['sent_at', 'name'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
