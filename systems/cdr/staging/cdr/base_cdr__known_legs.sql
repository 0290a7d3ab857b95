-- Grain: _raw_file, _raw_row.
-- One leg of a call, with its direction, whose extension it rang and whether somebody talked; leg_no 1 is the first one with the world outside.
{% set internal = var('cdr_internal_numbers') -%}
with legs as (
    select * from {{ ref('base_cdr__legs') }} where row_status = 'accepted'
),

directed as (
    select
        *,
        case
            when direction is not null then {{ cdr_direction() }}
            when {{ matches('caller', internal) }} and {{ matches('called', internal) }} then 'internal'
            when {{ matches('caller', internal) }} then 'out'
            when caller is not null then 'in'
        end as known_direction,
        status in (
            {%- for word in var('cdr_unanswered') %}
            '{{ word }}'{{ ',' if not loop.last }}
            {%- endfor %}
        ) as is_told_unanswered
    from legs
),

-- a queue's own leg rings at nobody's extension
extended as (
    select
        *,
        case
            when extension is not null or queue is not null then extension
            when known_direction = 'out' then case when {{ matches('caller', internal) }} then caller end
            when {{ matches('called', internal) }} then called
        end as known_extension,
        case when is_told_unanswered then 0 else talk_seconds end as known_talk_seconds,
        coalesce(wait_seconds, {{ at_least_nought('total_seconds - talk_seconds') }}) as known_wait_seconds,
        coalesce(total_seconds, wait_seconds + coalesce(talk_seconds, 0)) as known_total_seconds
    from directed
),

-- a machine may pick up before a person does: where a leg of the call names an extension, only such legs are talks
placed as (
    select
        *,
        known_extension is not null
        or max(known_extension) over (partition by coalesce(account_id, ''), call_id) is null as is_persons
    from extended
)

select
    account_id,
    call_id,
    started_at,
    known_direction,
    coalesce(phone, case known_direction when 'in' then caller when 'out' then called end) as phone,
    known_extension as extension,
    queue,
    known_wait_seconds as wait_seconds,
    case when is_persons then known_talk_seconds end as talk_seconds,
    known_total_seconds as total_seconds,
    loaded_at,
    _raw_file,
    _raw_row,
    row_number() over (
        partition by coalesce(account_id, ''), call_id
        order by case known_direction when 'internal' then 2 else 1 end, started_at, leg_id, _raw_file, _raw_row
    ) as leg_no,
    row_number() over (
        partition by coalesce(account_id, ''), call_id
        order by case when is_persons and known_talk_seconds > 0 then 1 else 2 end, started_at, leg_id, _raw_file, _raw_row
    ) as talk_no
from placed
