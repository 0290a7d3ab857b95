-- Grain: activity_key.
-- One thing that a manager and a customer do: an activity of the CRM, a call of the telephony, a quote once it is sent.  The one place that
-- says when it took place and whether it did.
with activities as (
    select
        *,
        -- a meeting that is still ahead has not been held, whatever its record says by now
        case
            when kind = 'meeting' and started_at >= {{ cutoff() }} and coalesce(status, 'completed') = 'completed' then 'planned'
            else coalesce(status, 'completed')
        end as known_status
    from {{ ref('activities') }}
),

calls as (
    select
        *,
        {{ add_seconds('started_at', 'greatest(coalesce(wait_seconds, 0), 0) + greatest(coalesce(talk_seconds, 0), 0)') }} as ended_at
    from {{ ref('calls') }}
),

quotes as (
    select * from {{ ref('quotes') }} where sent_at is not null
)

select
    concat('activity:', activity_id) as activity_key,
    kind,
    direction,
    created_at,
    coalesce(started_at, created_at) as occurred_at,
    coalesce(ended_at, started_at, created_at) as ended_at,
    coalesce(deadline_at, started_at) as due_at,
    known_status as status,
    known_status = 'completed' as is_completed,
    outcome,
    employee_id,
    object,
    object_id,
    customer_id,
    cast(null as {{ dbt.type_string() }}) as phone,
    -- a call that only the CRM knows lasted as long as its entry says
    case
        when kind = 'call' and known_status = 'completed'
            then {{ at_least_nought(seconds_between('started_at', '(' ~ start_of_told_day('ended_at') ~ ')')) }}
    end as talk_seconds,
    cast(null as double) as wait_seconds
from activities
union all
select
    concat('call:', call_id), 'call', direction, started_at as created_at, started_at, ended_at, null, 'completed',
    coalesce(is_answered, talk_seconds > 0), outcome, employee_id, object, object_id, customer_id, phone, talk_seconds, wait_seconds
from calls
union all
select
    concat('quote:', quote_id), 'proposal', 'out', created_at, sent_at, sent_at as ended_at, null, 'completed', true,
    null, employee_id, 'deal', deal_id, customer_id, null, null, null
from quotes
