-- Grain: cohort_month, channel, days_since.
-- One cohort (customers by the month of their first purchase) of one channel of acquisition and one number of days since (var cohort_days):
-- what its customers had brought by then.  Where not every customer has had so many days yet, there is no money, only the mark.
with buyers as (
    select * from {{ ref('buyers') }} where cohort_month is not null
),

spans as (
    {%- for days in var('cohort_days') %}
    select {{ days }} as days_since
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

customers as (
    select cohort_month, channel, max(first_sale_on) as last_came_on
    from buyers
    group by cohort_month, channel
),

money as (
    select
        buyers.cohort_month,
        buyers.channel,
        spans.days_since,
        sum(sales.revenue) as revenue,
        sum(case when sales.costed_revenue <> 0 or sales.gross_profit <> 0 then sales.gross_profit end) as gross_profit
    from {{ ref('sales_events') }} as sales
    inner join buyers on sales.known_customer_key = buyers.customer_key
    inner join spans on sales.event_date <= {{ dbt.dateadd('day', 'spans.days_since', 'buyers.first_sale_on') }}
    group by buyers.cohort_month, buyers.channel, spans.days_since
),

cells as (
    select
        customers.cohort_month,
        customers.channel,
        spans.days_since,
        payback.is_complete and {{ dbt.dateadd('day', 'spans.days_since', 'customers.last_came_on') }} < {{ as_of() }} as is_ripe,
        payback.customers,
        payback.cac
    from customers
    cross join spans
    inner join {{ ref('cohort_payback') }} as payback
        on customers.cohort_month = payback.cohort_month and customers.channel = payback.channel
)

select
    cells.cohort_month,
    cells.channel,
    cast(cells.days_since as bigint) as days_since,
    cells.is_ripe,
    cells.customers,
    cells.cac,
    cast(case when cells.is_ripe then money.revenue end as decimal(18, 2)) as revenue,
    cast(case when cells.is_ripe then money.gross_profit end as decimal(18, 2)) as gross_profit,
    case when cells.is_ripe then {{ ratio('money.revenue', 'cells.customers') }} end as revenue_per_customer,
    case when cells.is_ripe then {{ ratio('money.gross_profit', 'cells.customers') }} end as margin_per_customer
from cells
left join money on cells.cohort_month = money.cohort_month and cells.channel = money.channel and cells.days_since = money.days_since
