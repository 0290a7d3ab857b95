-- Proves that at the end of each month the life stages hold every customer who had bought by then, that each month opens with what the one before
-- closed with and closes with that and the moves, and that customers who are equal share a class.
with bridge as (
    select
        *,
        lag(closing_customers) over (partition by life_stage order by month_start) as closed_before,
        opening_customers + first_bought_customers + moved_in_customers - moved_out_customers as moved_to,
        sum(closing_customers) over (partition by month_start) as customers
    from {{ ref('life_stage_bridge') }}
),

held as (
    select month_start, count(*) as customers
    from {{ ref('customer_months') }}
    group by month_start
),

had_bought as (
    select periods.period_start as month_start, count(buyers.customer_key) as customers
    from {{ ref('periods') }} as periods
    left join {{ ref('buyers') }} as buyers on periods.last_known_day >= buyers.first_sale_on
    where periods.period_grain = 'month'
    group by periods.period_start
)

select distinct 'a buyer is in no stage, or in two' as what, had_bought.month_start, cast(bridge.customers as {{ dbt.type_bigint() }}) as found
from had_bought
left join bridge on had_bought.month_start = bridge.month_start
left join held on had_bought.month_start = held.month_start
where
    bridge.customers is null or bridge.customers <> had_bought.customers
    or coalesce(held.customers, 0) <> had_bought.customers

union all

select 'opening and moves are not the closing', month_start, closing_customers
from bridge
where opening_customers <> coalesce(closed_before, 0) or closing_customers <> moved_to
{%- for class, by in [('recency', 'last_sale_on'), ('frequency', 'sales'), ('money', 'revenue')] %}

union all

select 'equal customers have two classes of {{ class }}', month_start, count(distinct {{ class }}_class)
from {{ ref('customer_months') }}
where sales > 0
group by month_start, {{ by }}
having count(distinct {{ class }}_class) > 1
{%- endfor %}
