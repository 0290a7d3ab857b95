-- Grain: call_id.
-- One call, of all its legs; one between colleagues has the row status internal and goes no further.
{% set text = dbt.type_string() -%}
with calls as (
    select
        numbers,
        call_no,
        min(direction) as direction,
        min(cli) as cli,
        min(cld) as cld,
        {{ dbt.bool_or('is_internal') }} as is_internal,
        min(sip_id) as first_sip_id,
        min(connect_time) as started_at,
        count(*) as legs,
        sum(charged_time) as talk_seconds,
        case when min(sip_id) = max(sip_id) then min(sip_id) end as only_rung,
        max(case when talk_no = 1 and charged_time > 0 then sip_id end) as answered_at,
        max(loaded_at) as loaded_at
    from {{ ref('base_mtt__legs') }}
    group by numbers, call_no
),

sip_ids as (
    select * from {{ ref('base_mtt__sip_ids') }} where row_status = 'accepted'
),

-- no number of a customer stands in an id
numbered as (
    select
        *,
        concat(
            first_sip_id, '-', direction, '-', {{ as_text('started_at') }}, '-',
            {{ as_text('row_number() over (partition by first_sip_id, direction, started_at order by numbers)') }}
        ) as call_id
    from calls
)

select
    'mtt' as source_system,
    cast(null as {{ text }}) as source_account,
    numbered.call_id,
    numbered.started_at,
    numbered.direction,
    numbered.talk_seconds > 0 as is_answered,
    cast(null as double) as wait_seconds,
    numbered.talk_seconds,
    cast(null as {{ text }}) as outcome,
    coalesce(sip_ids.employee_id, numbered.answered_at, numbered.only_rung) as employee_id,
    cast(null as {{ text }}) as customer_id,
    cast(null as {{ text }}) as object,
    cast(null as {{ text }}) as object_id,
    case numbered.direction when 'in' then numbered.cld else numbered.cli end as queue,
    case numbered.direction when 'in' then numbered.cli else numbered.cld end as phone,
    numbered.legs,
    numbered.loaded_at,
    case when numbered.is_internal then 'internal' else 'accepted' end as row_status
from numbered
left join sip_ids on coalesce(numbered.answered_at, numbered.only_rung) = sip_ids.sip_id
