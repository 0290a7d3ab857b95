-- Grain: _raw_file, _raw_row; of accepted rows campaign_id, email, action, happened_at, url.
-- One raw row of mailchimp/email_activity, with its row status.
{{ validated_rows(
    source('mailchimp', 'email_activity'),
    columns={
        'campaign_id': ['campaign_id', 'code', 'required'],
        'email': ['email_address', 'text', 'required'],
        'activity': ['activity', 'text'],
        'action': ['action', 'enum'],
        'happened_at': ['timestamp', 'timestamp'],
        'url': ['url', 'text']
    },
    key=['campaign_id', 'email', 'action', 'happened_at', 'url'],
    version='loaded_at',
    rules={
        'action: neither open, click nor bounce': "action not in ('open', 'click', 'bounce')",
        'timestamp: required beside action, but empty': 'action is not null and happened_at is null'
    },
    zone='UTC'
) }}
