-- Grain: _raw_file, _raw_row; of accepted rows account_id, call_id, started_at, extension, leg_id.
-- One raw row of cdr/legs, with its row status.  A later load of a call replaces all its legs.
{% set words = [] -%}
{%- for direction in var('cdr_directions').values() -%}{%- do words.extend(direction) -%}{%- endfor -%}
{%- set legs -%}
(
    select
        *,
        {%- for name in ['wait_seconds', 'talk_seconds', 'total_seconds'] %}
        {%- set clock = "case when " ~ matches('trim(' ~ name ~ ')', '^[0-9]+:[0-9]{2}$') ~ " then '0:' || trim(" ~ name ~ ") else trim(" ~ name ~ ") end" %}
        case
            when {{ matches(clock, '^[0-9]+:[0-9]{2}:[0-9]{2}$') }}
                then {{ as_text(seconds_of_day(clock) ~ ' + ' ~ try_cast_as(dbt.split_part(clock, "':'", 3), 'integer')) }}
            else {{ name }}
        end as plain_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('cdr', 'legs') }}
) as legs
{%- endset %}
{{ validated_rows(
    legs,
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
        'direction: neither in, out nor internal': "direction not in ('" ~ words | join("', '") ~ "')",
        'talk_seconds, wait_seconds, total_seconds: negative': 'talk_seconds < 0 or wait_seconds < 0 or total_seconds < 0'
    },
    zone=var('cdr_timezone') or none
) }}
