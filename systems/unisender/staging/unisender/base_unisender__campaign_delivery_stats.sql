-- Grain: _raw_file, _raw_row; of accepted rows campaign_id, email.
-- One raw row of unisender/campaign_delivery_stats, with its row status.
{{ validated_rows(
    source('unisender', 'campaign_delivery_stats'),
    columns={
        'campaign_id': ['campaign_id', 'code', 'required'],
        'email': ['email', 'text', 'required'],
        'send_result': ['send_result', 'enum', 'required'],
        'happened_at': ['last_update', 'timestamp', 'required']
    },
    key=['campaign_id', 'email'],
    version='happened_at',
    rules={
        'send_result: neither not_sent, ok_… nor err_…': "send_result <> 'not_sent' and send_result not like 'ok!_%' escape '!' "
            ~ "and send_result not like 'err!_%' escape '!'"
    },
    zone='UTC'
) }}
