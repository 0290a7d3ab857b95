-- Grain: event_id.
-- One incoming call that nobody answered and whose caller is known, with the first conversation that its caller and the business had within
-- var lost_call_days of it, whichever of them called, and how often the business had tried to call back by then.
with calls as (
    select
        contacts.contact_id,
        contacts.occurred_at,
        contacts.is_completed,
        contacts.employee_id,
        contacts.customer_key,
        contacts.phone_identifier,
        events.direction,
        events.missed_calls = 1 as is_missed
    from {{ ref('int_contacts') }} as contacts
    inner join {{ ref('activity_events') }} as events on contacts.contact_id = events.event_id
    where events.calls_count = 1
),

-- a caller is the same by the number or by what the number, lead, deal or card is of
callers as (
    select contact_id, customer_key as caller from calls where customer_key is not null
    union
    select contact_id, phone_identifier from calls where phone_identifier is not null
),

later_calls as (
    select distinct
        missed.contact_id as event_id,
        calls.contact_id,
        calls.occurred_at,
        calls.is_completed,
        calls.direction,
        calls.employee_id
    from calls as missed
    inner join callers as of_missed on missed.contact_id = of_missed.contact_id
    inner join callers as of_others on of_missed.caller = of_others.caller
    inner join calls
        on
            of_others.contact_id = calls.contact_id
            and missed.contact_id <> calls.contact_id
            and missed.occurred_at <= calls.occurred_at
            and calls.occurred_at < {{ add_seconds('missed.occurred_at', var('lost_call_days') * 24 * 3600) }}
    where missed.is_missed
),

talks as (
    select
        *,
        row_number() over (partition by event_id order by occurred_at, contact_id) as row_no
    from later_calls
    where is_completed and direction in ('in', 'out')
),

tries as (
    select later_calls.event_id, count(*) as callback_tries
    from later_calls
    left join talks on later_calls.event_id = talks.event_id and talks.row_no = 1
    where later_calls.direction = 'out' and later_calls.occurred_at <= coalesce(talks.occurred_at, later_calls.occurred_at)
    group by later_calls.event_id
)

select
    missed.contact_id as event_id,
    case when talks.direction = 'out' then talks.occurred_at end as called_back_at,
    case when talks.direction = 'out' then talks.employee_id end as called_back_by,
    case when talks.direction = 'in' then talks.occurred_at end as called_again_at,
    coalesce(tries.callback_tries, 0) as callback_tries
from calls as missed
left join talks on missed.contact_id = talks.event_id and talks.row_no = 1
left join tries on missed.contact_id = tries.event_id
where missed.is_missed and coalesce(missed.customer_key, missed.phone_identifier) is not null
