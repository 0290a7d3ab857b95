-- Grain: cohort_month, channel.
-- One cohort (customers by the month of their first purchase) of one channel of acquisition: what the channel cost in that month, what its
-- customers have brought to date, and after how many months their margin covered the cost.  A month of cost without a customer is there too.
with cells as (
    select
        *,
        dimension_key as channel,
        sum(gross_profit) over (partition by dimension_key, cohort_month order by months_since rows unbounded preceding) as gross_profit_so_far
    from {{ ref('cohort_cells') }}
    where dimension = 'channel'
),

cohorts as (
    select
        cohort_month,
        channel,
        max(cohort_size) as customers,
        cast(sum(revenue) as decimal(18, 2)) as revenue,
        cast(sum(gross_profit) as decimal(18, 2)) as gross_profit
    from cells
    group by cohort_month, channel
),

-- the cost of cac, by its channel
costs as (
    select
        cast({{ dbt.date_trunc('month', 'event_date') }} as date) as cohort_month,
        channel,
        cast(sum(marketing_cost) as decimal(18, 2)) as acquisition_cost
    from {{ ref('marketing_events') }}
    where marketing_cost is not null
    group by cast({{ dbt.date_trunc('month', 'event_date') }} as date), channel
),

paid_back as (
    select cells.cohort_month, cells.channel, min(cells.months_since) as payback_month
    from cells
    inner join costs on cells.cohort_month = costs.cohort_month and cells.channel = costs.channel
    where cells.is_complete and cells.gross_profit_so_far >= costs.acquisition_cost
    group by cells.cohort_month, cells.channel
),

joined as (
    select
        coalesce(cohorts.cohort_month, costs.cohort_month) as cohort_month,
        coalesce(cohorts.channel, costs.channel) as channel,
        coalesce(cohorts.customers, 0) as customers,
        costs.acquisition_cost,
        coalesce(cohorts.revenue, 0) as revenue,
        case when cohorts.customers is null then 0 else cohorts.gross_profit end as gross_profit
    from cohorts
    full outer join costs on cohorts.cohort_month = costs.cohort_month and cohorts.channel = costs.channel
)

select
    joined.cohort_month,
    joined.channel,
    {{ dbt.last_day('joined.cohort_month', 'month') }} < {{ as_of() }} as is_complete,
    joined.customers,
    joined.acquisition_cost,
    {{ ratio('joined.acquisition_cost', 'joined.customers') }} as cac,
    cast(joined.revenue as decimal(18, 2)) as revenue,
    cast(joined.gross_profit as decimal(18, 2)) as gross_profit,
    paid_back.payback_month
from joined
left join paid_back on joined.cohort_month = paid_back.cohort_month and joined.channel = paid_back.channel
