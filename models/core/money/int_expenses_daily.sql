-- Grain: event_date, expense_no.
-- One expense of the business and one day of its month: the month's amount spread evenly, to the kopeck.
with expenses as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'month') }} as date) as month_start,
        row_number() over (order by month, category, team, channel, amount) as expense_no
    from {{ ref('expenses') }}
),

days as (
    select
        *,
        row_number() over (partition by month_start order by date_day) as day_no,
        count(*) over (partition by month_start) as days_in_month
    from {{ ref('dim_date') }}
)

select
    days.date_day as event_date,
    expenses.expense_no,
    expenses.category,
    coalesce(expenses.kind, 'other') as kind,
    {{ known('expenses.team') }} as team,
    coalesce(expenses.channel, '(unallocated)') as channel,
    cast(
        round({{ to_base('expenses.amount', 'rates') }} * days.day_no / days.days_in_month, 2)
        - round({{ to_base('expenses.amount', 'rates') }} * (days.day_no - 1) / days.days_in_month, 2)
        as decimal(18, 2)
    ) as amount_base
from expenses
inner join days on expenses.month_start = days.month_start
{{ join_rate('rates', 'expenses.currency', 'expenses.month') }}
where days.date_day < {{ as_of() }}
