-- Grain: deal_id, known_from.
-- One version of one deal that was ever loaded by the as-of date, with the span of days at whose end it was the one known.  What
-- the load of a night brings was true at the end of the day before; the first version stands for the time before it too.  Beside it, how often
-- close, amount and manager had been changed by then: what is told for the first time, or told no more, is no change.
with versions as (
    {{ union_sources(
        'deals',
        {
            'deal_id': 'ref deal',
            'created_at': 'timestamp',
            'employee_id': 'ref employee',
            'amount': 'decimal(18, 2)',
            'currency': 'currency',
            'probability': 'double',
            'forecast_amount': 'decimal(18, 2)',
            'expected_close_on': 'date',
        },
        statuses=['accepted', 'superseded']
    ) }}
),

known as (
    select
        *,
        cast({{ dbt.dateadd('day', -1, local_date('loaded_at')) }} as date) as known_on,
        row_number() over (partition by deal_id order by loaded_at nulls first) as version_no
    from versions
),

-- of several loads in one day, the last
ranked as (
    select
        *,
        row_number() over (partition by deal_id, known_on order by version_no desc) as place_in_day
    from known
),

dated as (
    select
        *,
        case
            when row_number() over (partition by deal_id order by version_no) = 1 then cast('0001-01-01' as date)
            else known_on
        end as known_from
    from ranked
    where place_in_day = 1
),

changes as (
    select
        *,
        lead(known_from, 1, cast('9999-12-31' as date)) over (partition by deal_id order by known_from) as known_until,
        {{ flag('expected_close_on > lag(expected_close_on) over (partition by deal_id order by known_from)') }} as is_pushed,
        {{ flag('amount <> lag(amount) over (partition by deal_id order by known_from)') }} as is_revalued,
        {{ flag('employee_id <> lag(employee_id) over (partition by deal_id order by known_from)') }} as is_handed_over
    from dated
)

select
    deal_id,
    employee_id,
    amount,
    currency,
    probability,
    forecast_amount,
    expected_close_on,
    known_on as told_from,
    known_from,
    known_until,
    -- of a deal that never told a close nobody knows whether it was pushed
    case
        when count(expected_close_on) over (partition by deal_id order by known_from rows unbounded preceding) > 0
            then cast(sum(is_pushed) over (partition by deal_id order by known_from rows unbounded preceding) as bigint)
    end as close_pushes,
    cast(sum(is_revalued) over (partition by deal_id order by known_from rows unbounded preceding) as bigint) as amount_changes,
    cast(sum(is_handed_over) over (partition by deal_id order by known_from rows unbounded preceding) as bigint) as owner_changes
from changes
