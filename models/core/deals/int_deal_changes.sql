-- Grain: deal_id.
-- One deal with how often its expected close was pushed on, its amount changed and its manager replaced, by the versions loaded before
-- the as-of day.  What was told for the first time, or is told no more, is no change.
with followed as (
    select
        *,
        lag(expected_close_on) over (partition by deal_id order by known_from) as close_before,
        lag(amount) over (partition by deal_id order by known_from) as amount_before,
        lag(employee_id) over (partition by deal_id order by known_from) as employee_before
    from {{ ref('int_deal_versions') }}
    where known_from < {{ as_of() }}
)

select
    deal_id,
    cast(sum({{ flag('expected_close_on > close_before') }}) as bigint) as close_pushes,
    cast(sum({{ flag('amount <> amount_before') }}) as bigint) as amount_changes,
    cast(sum({{ flag('employee_id <> employee_before') }}) as bigint) as owner_changes
from followed
group by deal_id
