-- Grain: activity_key.
-- One message.  Those to and fro between the same manager and partner on one day are one conversation, which counts on its first.
with messages as (
    select
        activity_key,
        occurred_at,
        direction,
        concat(
            coalesce(object, ''), ' ', coalesce(object_id, customer_id), ' ', coalesce(employee_id, ''), ' ',
            cast({{ local_date('occurred_at') }} as {{ dbt.type_string() }})
        ) as chat
    from {{ ref('int_activities') }}
    where
        kind in ('message', 'social')
        and is_completed
        and direction in ('in', 'out')
        and coalesce(object_id, customer_id) is not null
        and occurred_at < {{ cutoff() }}
)

select
    activity_key,
    row_number() over (partition by chat order by occurred_at, activity_key) = 1 as is_first,
    min(direction) over (partition by chat) = 'in' and max(direction) over (partition by chat) = 'out' as is_two_way
from messages
