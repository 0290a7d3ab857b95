-- Grain: _raw_file, _raw_row; of accepted rows sip_id, list, connect_time, cli, cld.
-- One raw row of mtt/call_history, with its row status.
{{ validated_rows(
    source('mtt', 'call_history'),
    columns={
        'sip_id': ['sip_id', 'code', 'required'],
        'list': ['list', 'enum', 'required'],
        'cli': ['cli', 'ref'],
        'cld': ['cld', 'ref'],
        'connect_time': ['connect_time', 'timestamp', 'required'],
        'charged_time': ['charged_time', 'number', 'required']
    },
    key=['sip_id', 'list', 'connect_time', 'cli', 'cld'],
    rules={
        'list: neither incoming, missed nor dialed': "list not in ('incoming', 'missed', 'dialed')",
        'charged_time: negative': 'charged_time < 0'
    },
    zone='UTC'
) }}
