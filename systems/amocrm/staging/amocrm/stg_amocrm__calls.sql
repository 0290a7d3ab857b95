-- Grain: call_id.
-- One call that telephony has written into the account as a note.
with notes as (
    select *
    from {{ ref('base_amocrm__notes') }}
    where row_status = 'accepted' and type in ('call_in', 'call_out')
),

paths as (
    select * from {{ ref('base_amocrm__lead_paths') }}
)

select
    'amocrm' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    notes.note_id as call_id,
    notes.created_at as started_at,
    case notes.type when 'call_in' then 'in' else 'out' end as direction,
    -- 1 a message left, 3 absent, 5 a wrong number, 6 no answer, 7 busy
    coalesce(notes.duration, 0) > 0 and coalesce(notes.call_status, '') not in ('1', '3', '5', '6', '7') as is_answered,
    cast(null as double) as wait_seconds,
    notes.duration as talk_seconds,
    notes.employee_id,
    {{ amocrm_owner('notes') }},
    notes.queue,
    notes.phone,
    notes.outcome,
    notes.loaded_at,
    'accepted' as row_status
from notes
left join paths on notes.entity_type = 'leads' and notes.entity_id = paths.lead_id
