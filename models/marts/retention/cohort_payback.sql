-- Grain: dimension, dimension_key, cohort_month.
-- One cohort (customers by the month of their first purchase), of everybody and of each channel of acquisition: what the month's acquisition cost,
-- what its customers have brought to date, and after how many months their margin covered the cost.  A month of cost without a customer is there too.
with cells as (
    select
        *,
        sum(gross_profit) over (partition by dimension, dimension_key, cohort_month order by months_since rows unbounded preceding)
            as gross_profit_so_far
    from {{ ref('cohort_cells') }}
    where dimension in ('all', 'channel')
),

cohorts as (
    select
        dimension,
        dimension_key,
        cohort_month,
        max(cohort_size) as customers,
        cast(sum(revenue) as decimal(18, 2)) as revenue,
        cast(sum(gross_profit) as decimal(18, 2)) as gross_profit
    from cells
    group by dimension, dimension_key, cohort_month
),

-- the cost of cac
spent as (
    select channel, cast({{ dbt.date_trunc('month', 'event_date') }} as date) as cohort_month, sum(marketing_cost) as cost
    from {{ ref('marketing_events') }}
    where marketing_cost is not null
    group by channel, cast({{ dbt.date_trunc('month', 'event_date') }} as date)
),

costs as (
    select 'channel' as dimension, channel as dimension_key, cohort_month, cast(cost as decimal(18, 2)) as acquisition_cost from spent
    union all
    select 'all', 'all', cohort_month, cast(sum(cost) as decimal(18, 2)) from spent
    group by cohort_month
),

paid_back as (
    select cells.dimension, cells.dimension_key, cells.cohort_month, min(cells.months_since) as payback_month
    from cells
    inner join costs
        on cells.dimension = costs.dimension and cells.dimension_key = costs.dimension_key and cells.cohort_month = costs.cohort_month
    where cells.is_complete and cells.gross_profit_so_far >= costs.acquisition_cost
    group by cells.dimension, cells.dimension_key, cells.cohort_month
),

joined as (
    select
        coalesce(cohorts.dimension, costs.dimension) as dimension,
        coalesce(cohorts.dimension_key, costs.dimension_key) as dimension_key,
        coalesce(cohorts.cohort_month, costs.cohort_month) as cohort_month,
        coalesce(cohorts.customers, 0) as customers,
        costs.acquisition_cost,
        coalesce(cohorts.revenue, 0) as revenue,
        case when cohorts.customers is null then 0 else cohorts.gross_profit end as gross_profit
    from cohorts
    full outer join costs
        on cohorts.dimension = costs.dimension and cohorts.dimension_key = costs.dimension_key and cohorts.cohort_month = costs.cohort_month
)

select
    joined.dimension,
    joined.dimension_key,
    joined.cohort_month,
    {{ dbt.last_day('joined.cohort_month', 'month') }} < {{ as_of() }} as is_complete,
    joined.customers,
    joined.acquisition_cost,
    {{ ratio('joined.acquisition_cost', 'joined.customers') }} as cac,
    cast(joined.revenue as decimal(18, 2)) as revenue,
    cast(joined.gross_profit as decimal(18, 2)) as gross_profit,
    paid_back.payback_month
from joined
left join paid_back
    on joined.dimension = paid_back.dimension and joined.dimension_key = paid_back.dimension_key and joined.cohort_month = paid_back.cohort_month
