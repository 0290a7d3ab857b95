-- Grain: one owner of a plan of the won amount (manager, team or the whole) and one day before the as-of day, with that day's part of the
-- plan.  Rounding runs along the sum, so the days of a month add up to its plan to the kopeck.
with days as (
    select * from {{ ref('int_quota_daily') }} where event_date < {{ as_of() }}
),

running as (
    select
        event_date,
        manager,
        team,
        cast(round(sum(quota_amount) over (partition by manager, team order by event_date rows unbounded preceding), 2) as decimal(18, 2))
            as amount_so_far
    from days
),

parts as (
    select
        event_date,
        manager,
        team,
        amount_so_far - lag(amount_so_far, 1, cast(0 as decimal(18, 2))) over (partition by manager, team order by event_date) as quota_amount
    from running
)

select
    event_date,
    manager,
    team,
    cast(quota_amount as decimal(18, 2)) as quota_amount
from parts
