-- Grain: month_start, customer_key.
-- One month and customer who had bought by its end (by the last full day, in the running month): his classes of recency, frequency and money among
-- those who bought in the last rfm_days, and his life stage.  Whoever did not buy in those days has the classes 0, and equal ones share a class.
with months as (
    select period_start as month_start, last_known_day, is_complete from {{ ref('periods') }} where period_grain = 'month'
),

days as (
    select
        known_customer_key as customer_key,
        event_date,
        count(distinct sold_sale_id) as sales,
        cast(sum(revenue) as decimal(18, 2)) as revenue
    from {{ ref('sales_events') }}
    where known_customer_key is not null
    group by known_customer_key, event_date
),

bought as (
    select
        customer_key,
        event_date as sold_on,
        lag(event_date) over (partition by customer_key order by event_date) as sold_before_on,
        lead(event_date) over (partition by customer_key order by event_date) as sold_next_on
    from days
    where sales > 0
),

recent as (
    select months.month_start, days.customer_key, sum(days.sales) as sales, sum(days.revenue) as revenue
    from months
    inner join days
        on months.last_known_day >= days.event_date
        and months.last_known_day < {{ dbt.dateadd('day', var('rfm_days'), 'days.event_date') }}
    group by months.month_start, days.customer_key
),

stood as (
    select
        months.month_start,
        months.is_complete,
        bought.customer_key,
        bought.sold_on as last_sale_on,
        cast({{ dbt.datediff('bought.sold_on', 'months.last_known_day', 'day') }}
            as bigint) as idle_days,
        {{ dbt.datediff('bought.sold_before_on', 'bought.sold_on', 'day') }}
            as gap_days,
        coalesce(recent.sales, 0) as sales,
        coalesce(recent.revenue, 0) as revenue,
        coalesce(recent.sales, 0) > 0 as is_recent
    from months
    inner join bought
        on months.last_known_day >= bought.sold_on and (bought.sold_next_on is null or months.last_known_day < bought.sold_next_on)
    left join recent on months.month_start = recent.month_start and bought.customer_key = recent.customer_key
),

classed as (
    select
        *,
        {%- for class, by in [('recency', 'last_sale_on'), ('frequency', 'sales'), ('money', 'revenue')] %}
        case when is_recent then 1 + cast(floor(
            (rank() over (partition by month_start, is_recent order by {{ by }}) - 1) * {{ var('rfm_classes') }}
            / cast(count(*) over (partition by month_start, is_recent) as double)
        ) as {{ dbt.type_int() }}) else 0 end as {{ class }}_class,
        {%- endfor %}
        case
            when idle_days < {{ var('activity_days') }} and gap_days is null then 'new'
            when idle_days < {{ var('activity_days') }} and gap_days >= {{ var('activity_days') }} then 'returned'
            when idle_days < {{ var('activity_days') }} then 'regular'
            when idle_days < {{ var('lost_customer_days') }} then 'sleeping'
            else 'lost'
        end as life_stage
    from stood
)

select
    month_start, is_complete, customer_key, last_sale_on, idle_days,
    cast(sales as {{ dbt.type_bigint() }}) as sales, cast(revenue as decimal(18, 2)) as revenue, recency_class, frequency_class, money_class,
    life_stage, lag(life_stage) over (partition by customer_key order by month_start) as life_stage_before
from classed
