-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, event_id.
-- One raw row of files/email_events, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'email_events'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'event_id': ['event_id', 'code', 'required'],
        'occurred_at': ['occurred_at', 'timestamp', 'required'],
        'campaign_id': ['campaign_id', 'code', 'required'],
        'customer_id': ['customer_id', 'code'],
        'event': ['event', 'enum', 'required'],
        'email': ['email', 'text']
    },
    key=['source_system', 'source_account', 'event_id'],
    born=['occurred_at', 'customer_id', 'email'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
