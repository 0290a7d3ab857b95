-- Grain: _raw_file, _raw_row; of accepted rows account_id, call_id, started_at, extension, leg_id.
-- One raw row of cdr/legs, with its row status.  A later load of a call replaces all its legs.
{{ validated_rows(
    cdr_rows(source('cdr', 'legs')),
    columns={
        'account_id': ['account_id', 'ref'],
        'call_id': ['call_id', 'code', 'required'],
        'leg_id': ['leg_id', 'code'],
        'started_at': ['started_at', 'timestamp', 'required'],
        'direction': ['direction', 'enum'],
        'caller': ['caller', 'ref'],
        'called': ['called', 'ref'],
        'phone': ['phone', 'ref'],
        'extension': ['extension', 'ref'],
        'queue': ['queue', 'text'],
        'status': ['status', 'enum'],
        'wait_seconds': ['plain_wait_seconds', 'number', 'lenient'],
        'talk_seconds': ['plain_talk_seconds', 'number'],
        'total_seconds': ['plain_total_seconds', 'number', 'lenient']
    },
    key=['account_id', 'call_id'],
    parts=['started_at', 'extension', 'leg_id'],
    load='loaded_at',
    rules={
        'direction: neither in, out nor internal': 'direction is not null and (' ~ cdr_direction() ~ ') is null',
        'talk_seconds, wait_seconds, total_seconds: negative': 'talk_seconds < 0 or wait_seconds < 0 or total_seconds < 0'
    },
    zone=var('cdr_timezone') or none
) }}
