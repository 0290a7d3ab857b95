-- Grain: dimension, dimension_key, event_date.
-- One slice (a manager, a team, the whole) and one day of a period that has begun, with that day's part of the plan of the won amount.
-- Rounding runs along the sum, so the days of a month add up to its plan to the kopeck.
with days as (
    select *
    from {{ ref('int_quota_daily') }}
    -- the running year, and the week that may run beyond it
    where least({{ start_of('year', 'event_date') }}, {{ start_of('week', 'event_date') }}) < {{ as_of() }}
),

running as (
    select
        *,
        cast(
            round(sum(quota_amount) over (partition by dimension, dimension_key order by event_date rows unbounded preceding), 2) as decimal(18, 2)
        ) as amount_so_far
    from days
),

parts as (
    select
        *,
        lag(amount_so_far, 1, cast(0 as decimal(18, 2))) over (partition by dimension, dimension_key order by event_date) as amount_before
    from running
)

select
    event_date,
    dimension,
    dimension_key,
    cast(amount_so_far - amount_before as decimal(18, 2)) as quota_amount
from parts
