-- Grain: _raw_file, _raw_row.
-- One row of the history of a SIP id, with the call that it is a leg of: MTT tells no id of a call, so what rings several SIP ids with the same
-- two numbers at nearly the same time is one.
{% set internal = var('mtt_internal_numbers') -%}
with rows_told as (
    select
        *,
        case when list = 'dialed' then 'out' else 'in' end as direction,
        {{ matches('cli', internal) }} and {{ matches('cld', internal) }} as is_internal,
        concat(coalesce(cli, ''), '|', coalesce(cld, '')) as numbers
    from {{ ref('base_mtt__call_history') }}
    where row_status = 'accepted'
),

followed as (
    select
        *,
        lag(connect_time) over (partition by numbers order by connect_time, sip_id, list) as leg_before_at
    from rows_told
),

counted as (
    select
        *,
        sum(case when {{ seconds_between('leg_before_at', 'connect_time') }} <= {{ var('mtt_legs_within_seconds') }} then 0 else 1 end) over (
            partition by numbers order by connect_time, sip_id, list
            rows between unbounded preceding and current row
        ) as call_no
    from followed
)

select
    sip_id,
    list,
    direction,
    coalesce(is_internal, false) as is_internal,
    cli,
    cld,
    numbers,
    call_no,
    connect_time,
    charged_time,
    loaded_at,
    _raw_file,
    _raw_row,
    row_number() over (
        partition by numbers, call_no order by case when charged_time > 0 then 1 else 2 end, connect_time, sip_id, list
    ) as talk_no
from counted
