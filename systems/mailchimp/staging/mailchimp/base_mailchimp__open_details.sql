-- Grain: _raw_file, _raw_row; of accepted rows campaign_id, email.
-- One raw row of mailchimp/open_details, with its row status.
{{ validated_rows(
    source('mailchimp', 'open_details'),
    columns={
        'campaign_id': ['campaign_id', 'code', 'required'],
        'email': ['email_address', 'text', 'required'],
        'opens': ['opens', 'text', 'required']
    },
    key=['campaign_id', 'email'],
    version='loaded_at'
) }}
