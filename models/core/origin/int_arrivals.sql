-- Grain: session_id.
-- One visit with the visit whose marks it has: itself or, for one that only came back from a bank's or a payment's page, the browser's
-- last one before it that did not (null: none is known).
with visits as (
    select
        sessions.session_id,
        sessions.started_at,
        coalesce(sessions.web_client_id, sessions.session_id) as browser,
        case when not marks.has_marks then {{ host_of('sessions.referrer') }} end as came_from_host
    from {{ ref('web_sessions') }} as sessions
    inner join {{ ref('int_marks') }} as marks on concat('v:', sessions.session_id) = marks.record
),

payment_pages as (
    select distinct hosts.came_from_host
    from (select distinct came_from_host from visits) as hosts
    inner join {{ ref('seed_payment_hosts') }} as payment
        on hosts.came_from_host like payment.host or hosts.came_from_host like concat('%.', payment.host)
),

told as (
    select
        visits.*,
        payment_pages.came_from_host is not null as is_return
    from visits
    left join payment_pages on visits.came_from_host = payment_pages.came_from_host
),

numbered as (
    select
        *,
        sum({{ flag('not is_return') }}) over (partition by browser order by started_at, session_id rows unbounded preceding) as arrival_no
    from told
)

select
    session_id,
    max(case when not is_return then session_id end) over (partition by browser, arrival_no) as arrival_id,
    is_return
from numbered
