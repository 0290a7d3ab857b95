-- Grain: event_date, expense_no.
-- One day's part of an expense for acquiring customers or for running sales.
select
    event_date,
    expense_no,
    category,
    kind,
    team,
    coalesce(amount_base, 0) as sales_expenses
from {{ ref('int_expenses_daily') }}
where kind in ('direct_acquisition', 'indirect_sales')
