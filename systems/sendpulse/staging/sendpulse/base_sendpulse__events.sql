-- Grain: _raw_file, _raw_row; of accepted rows campaign_id, email, event, happened_at, link_id.
-- One raw row of sendpulse/events, with its row status.
{{ validated_rows(
    source('sendpulse', 'events'),
    columns={
        'campaign_id': ['task_id', 'ref'],
        'email': ['email', 'text'],
        'event': ['event', 'enum', 'required'],
        'happened_at': ['timestamp', 'timestamp', 'required'],
        'link_id': ['link_id', 'ref']
    },
    key=['campaign_id', 'email', 'event', 'happened_at', 'link_id'],
    zone='UTC'
) }}
