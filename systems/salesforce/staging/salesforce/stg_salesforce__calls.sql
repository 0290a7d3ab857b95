-- Grain: call_id.
-- One call that was made: a task of that kind that is closed.  Those between colleagues are left out.
with calls as (
    select *
    from {{ ref('base_salesforce__task') }}
    where
        row_status = 'accepted' and is_closed and {{ salesforce_is_call() }} and not coalesce(is_recurrence, false)
        and coalesce(call_type, '') <> 'internal'
)

select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    task_id as call_id,
    coalesce(completed_at, created_at) as started_at,
    case call_type when 'inbound' then 'in' when 'outbound' then 'out' end as direction,
    -- who writes a call down by hand tells no length
    case
        when {{ salesforce_is('outcome', var('salesforce_unanswered_calls')) }} then false
        else coalesce(call_seconds > 0, true)
    end as is_answered,
    cast(null as double) as wait_seconds,
    call_seconds as talk_seconds,
    {{ salesforce_employee() }} as employee_id,
    {{ salesforce_owner() }},
    cast(null as {{ dbt.type_string() }}) as queue,
    cast(null as {{ dbt.type_string() }}) as phone,
    outcome,
    loaded_at,
    'accepted' as row_status
from calls
