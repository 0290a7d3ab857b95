-- Grain: _raw_file, _raw_row; of accepted rows campaign_id.
-- One raw row of unisender/campaigns, with its row status.
{{ validated_rows(
    source('unisender', 'campaigns'),
    columns={
        'campaign_id': ['id', 'code', 'required'],
        'sent_at': ['start_time', 'timestamp', 'required'],
        'status': ['status', 'enum'],
        'subject': ['subject', 'text']
    },
    key=['campaign_id'],
    version='loaded_at',
    zone='UTC'
) }}
