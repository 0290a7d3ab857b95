-- Grain: order_id.
-- One order that was made in a visit of the site that is known: the visit that it names, else the one in which the site told a purchase
-- with its number, else the one that its browser was in at that moment.
with orders as (
    select * from {{ ref('orders') }}
),

visits as (
    select * from {{ ref('web_sessions') }}
),

known as (
    select orders.order_id, visits.session_id, 1 as priority, 0.0 as seconds_apart
    from orders
    inner join visits on orders.visit_id = visits.session_id
    union all
    select order_id, session_id, 2, seconds_apart from {{ ref('int_site_purchases') }}
    union all
    select orders.order_id, visits.session_id, 3, {{ seconds_between('visits.started_at', 'orders.created_at') }}
    from orders
    inner join visits
        on orders.web_client_id = visits.web_client_id
        and orders.created_at >= visits.started_at
        and {{ seconds_between('visits.started_at', 'orders.created_at') }}
        <= coalesce(visits.duration_seconds, 0) + 60 * {{ var('order_after_visit_minutes') }}
),

ranked as (
    select
        *,
        row_number() over (partition by order_id order by priority, seconds_apart, session_id) as row_no
    from known
),

made_in as (
    select
        ranked.order_id,
        ranked.session_id,
        visits.web_client_id,
        {{ end_of_told_day('orders.created_at') }} as created_at,
        -- whoever comes back to the site from paying, through whatever page, brings no marks and comes after the order was made
        not marks.has_marks and visits.started_at > {{ end_of_told_day('orders.created_at') }} as is_return
    from ranked
    inner join orders on ranked.order_id = orders.order_id
    left join visits on ranked.session_id = visits.session_id
    left join {{ ref('int_marks') }} as marks on concat('v:', ranked.session_id) = marks.record
    where ranked.row_no = 1
),

-- then the order was made in the browser's visit before, if that is not long ago
before_return as (
    select made_in.order_id, max_by(visits.session_id, visits.started_at) as session_id
    from made_in
    inner join visits
        on made_in.web_client_id = visits.web_client_id
        and visits.started_at <= made_in.created_at
        and {{ local_date('visits.started_at') }} >= {{ dbt.dateadd('day', -var('order_before_return_days'), local_date('made_in.created_at')) }}
    where made_in.is_return
    group by made_in.order_id
)

select
    made_in.order_id,
    coalesce(before_return.session_id, made_in.session_id) as session_id
from made_in
left join before_return on made_in.order_id = before_return.order_id
