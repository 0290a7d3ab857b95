-- Grain: one cost of selling on its day: an ad's day, or a day's part of an expense for acquisition or for running sales.
select event_date, 'ad spend' as category, '{{ var("unknown_member") }}' as team, coalesce(cost_base, 0) as sales_expenses
from {{ ref('fct_ad_spend') }}
union all
select event_date, category, team, coalesce(amount_base, 0)
from {{ ref('int_expenses_daily') }}
where kind in ('direct_acquisition', 'indirect_sales')
