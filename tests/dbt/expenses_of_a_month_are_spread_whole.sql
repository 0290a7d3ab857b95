-- Proves that the days of a finished month add up to its expenses, to the last kopeck.
with owed as (
    select
        cast({{ dbt.date_trunc('month', 'expenses.month') }} as date) as month_start,
        sum(coalesce({{ to_base('expenses.amount', 'rates') }}, 0)) as amount
    from {{ ref('expenses') }} as expenses
    {{ join_rate('rates', 'expenses.currency', 'expenses.month') }}
    where expenses.month < {{ as_of() }}
    group by 1
),

spread as (
    select
        cast({{ dbt.date_trunc('month', 'event_date') }} as date) as month_start,
        sum(coalesce(amount_base, 0)) as amount
    from {{ ref('int_expenses_daily') }}
    group by 1
)

select
    owed.month_start,
    owed.amount,
    spread.amount as spread_amount
from owed
left join spread on owed.month_start = spread.month_start
where
    {{ dbt.last_day('owed.month_start', 'month') }} < {{ as_of() }}
    and owed.amount <> coalesce(spread.amount, 0)
