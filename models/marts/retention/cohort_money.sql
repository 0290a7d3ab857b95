-- Grain: dimension, dimension_key, cohort_month, days_since.
-- One cohort (customers by the month of their first purchase), of everybody and of each channel of acquisition, and one number of days since (var
-- cohort_days): what its customers had brought by then.  Where not every customer has had so many days yet, there is no money, only the mark.
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
    select
        buyers.cohort_month,
        buyers.channel,
        spans.days_since,
        max(buyers.first_sale_on) as last_came_on,
        sum(sales.revenue) as revenue,
        sum(case when sales.costed_revenue <> 0 or sales.gross_profit <> 0 then sales.gross_profit end) as gross_profit
    from buyers
    cross join spans
    inner join {{ ref('sales_events') }} as sales
        on buyers.customer_key = sales.known_customer_key
        and sales.event_date <= {{ dbt.dateadd('day', 'spans.days_since', 'buyers.first_sale_on') }}
    group by buyers.cohort_month, buyers.channel, spans.days_since
),

members as (
    select *, 'channel' as dimension, channel as dimension_key from customers
    union all
    select *, 'all', 'all' from customers
),

cells as (
    select
        dimension, dimension_key, cohort_month, days_since,
        max(last_came_on) as last_came_on, sum(revenue) as revenue, sum(gross_profit) as gross_profit
    from members
    group by dimension, dimension_key, cohort_month, days_since
),

ripened as (
    select
        cells.*,
        payback.customers,
        payback.cac,
        payback.payback_month,
        payback.is_complete and {{ dbt.dateadd('day', 'cells.days_since', 'cells.last_came_on') }} < {{ as_of() }} as is_ripe
    from cells
    inner join {{ ref('cohort_payback') }} as payback
        on cells.dimension = payback.dimension and cells.dimension_key = payback.dimension_key and cells.cohort_month = payback.cohort_month
)

select
    dimension,
    dimension_key,
    cohort_month,
    cast(days_since as bigint) as days_since,
    is_ripe,
    customers,
    cac,
    payback_month,
    cast(case when is_ripe then revenue end as decimal(18, 2)) as revenue,
    cast(case when is_ripe then gross_profit end as decimal(18, 2)) as gross_profit,
    case when is_ripe then {{ ratio('revenue', 'customers') }} end as revenue_per_customer,
    case when is_ripe then {{ ratio('gross_profit', 'customers') }} end as margin_per_customer
from ripened
