-- Grain: source_account, call_id.
-- One call, of all its legs; one between colleagues has the row status internal and goes no further.
with legs as (
    select
        *,
        {{ seconds_between("min(started_at) over (partition by coalesce(account_id, ''), call_id)", 'started_at') }} as seconds_before
    from {{ ref('base_cdr__known_legs') }}
),

extensions as (
    select * from {{ ref('base_cdr__extensions') }} where row_status = 'accepted'
),

calls as (
    select
        account_id,
        call_id,
        min(started_at) as started_at,
        count(*) as legs,
        max(case when leg_no = 1 then known_direction end) as direction,
        max(case when leg_no = 1 then phone end) as phone,
        min(queue) as queue,
        -- colleagues to whom a call is passed on talk one after another; legs that name nobody are the same talk
        case when max(extension) is null then max(talk_seconds) else sum(talk_seconds) end as talk_seconds,
        max(case when talk_no = 1 and talk_seconds > 0 then seconds_before + wait_seconds end) as answer_seconds,
        max(seconds_before + total_seconds) as ring_seconds,
        max(case when talk_no = 1 and talk_seconds > 0 then extension end) as answered_at,
        case when min(extension) = max(extension) then min(extension) end as only_rung,
        max(loaded_at) as loaded_at
    from legs
    group by account_id, call_id
)

select
    'cdr' as source_system,
    calls.account_id as source_account,
    calls.call_id,
    calls.started_at,
    case when calls.direction in ('in', 'out') then calls.direction end as direction,
    calls.talk_seconds > 0 as is_answered,
    case
        when calls.direction = 'out' then null
        when calls.talk_seconds > 0 then calls.answer_seconds
        else calls.ring_seconds
    end as wait_seconds,
    calls.talk_seconds,
    cast(null as {{ dbt.type_string() }}) as outcome,
    coalesce(extensions.employee_id, calls.answered_at, calls.only_rung) as employee_id,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    cast(null as {{ dbt.type_string() }}) as object,
    cast(null as {{ dbt.type_string() }}) as object_id,
    calls.queue,
    calls.phone,
    calls.legs,
    calls.loaded_at,
    case calls.direction when 'internal' then 'internal' else 'accepted' end as row_status
from calls
left join extensions
    on
        coalesce(calls.answered_at, calls.only_rung) = extensions.extension
        and coalesce(calls.account_id, '') = coalesce(extensions.account_id, '')
