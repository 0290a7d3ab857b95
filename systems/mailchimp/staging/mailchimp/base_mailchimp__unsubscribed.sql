-- Grain: _raw_file, _raw_row; of accepted rows campaign_id, email.
-- One raw row of mailchimp/unsubscribed, with its row status.
{{ validated_rows(
    source('mailchimp', 'unsubscribed'),
    columns={
        'campaign_id': ['campaign_id', 'code', 'required'],
        'email': ['email_address', 'text', 'required'],
        'happened_at': ['timestamp', 'timestamp', 'required']
    },
    key=['campaign_id', 'email'],
    version='loaded_at',
    zone='UTC'
) }}
