-- Proves that each missed call came to one thing: on every day the decided ones were called back, called again or lost, the others are open or of
-- nobody known; and that the hours, weekdays, managers, teams and channels of every period, a day as well, add up to its whole.
with days as (
    select
        event_date,
        count(*) as missed_calls,
        sum(missed_calls_decided) as missed_calls_decided,
        sum(calls_called_back) + sum(calls_called_again) + sum(calls_lost) as calls_come_to_something,
        sum(calls_open) as calls_open,
        sum({{ flag("outcome = 'unknown'") }}) as calls_of_nobody
    from {{ ref('missed_calls') }}
    group by event_date
),

cells as (
    select measure, period_grain, period_start, dimension, sum(value) as value
    from {{ ref('measures_calls') }}
    where measure not like '%median'
    group by measure, period_grain, period_start, dimension
),

dimensions as (
    select distinct measure, dimension from cells where dimension <> 'all' and not {{ is_pair('dimension') }}
)

select 'outcomes' as what, 'day' as period_grain, event_date as period_start, 'all' as dimension, missed_calls as whole,
    calls_come_to_something + calls_open + calls_of_nobody as together
from days
where
    missed_calls_decided <> calls_come_to_something
    or missed_calls <> calls_come_to_something + calls_open + calls_of_nobody

union all

select wholes.measure, wholes.period_grain, wholes.period_start, dimensions.dimension, wholes.value as whole,
    members.value as together
from cells as wholes
inner join dimensions on wholes.measure = dimensions.measure
left join cells as members
    on
        wholes.measure = members.measure
        and wholes.period_grain = members.period_grain
        and wholes.period_start = members.period_start
        and dimensions.dimension = members.dimension
where wholes.dimension = 'all' and abs(wholes.value - coalesce(members.value, 0)) > 0.005
