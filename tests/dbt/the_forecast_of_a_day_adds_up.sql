-- Proves that the forecast of a day is whole: what managers, and what teams, had won and had open adds up to the whole of every period and day; on
-- the last full day, when what was known then is what is known now, it was won what the deals say; and velocity is its four factors, as each KPI
-- tells them.
with sums as (
    select
        period_grain, period_start, event_date, dimension, sum(won_amount) as won_amount, sum(coalesce(open_weighted_amount, 0)) as open_amount
    from {{ ref('forecast_daily') }}
    group by period_grain, period_start, event_date, dimension
),

last_days as (
    select
        sums.period_grain, sums.period_start, sums.won_amount, coalesce(sum(deals.won_amount), 0) as won_of_deals
    from sums
    left join {{ ref('deal_events') }} as deals
        on deals.event = 'won' and deals.event_date >= sums.period_start and deals.event_date <= sums.event_date
    where sums.dimension = 'all' and sums.event_date = {{ dbt.dateadd('day', -1, as_of()) }}
    group by sums.period_grain, sums.period_start, sums.won_amount
),

kpis as (
    select period_grain, period_start, dimension, dimension_key, kpi_id, value
    from {{ ref('kpi_values') }}
    where kpi_id in ('win_rate', 'avg_deal_size', 'deal_cycle_days', 'sales_velocity')
),

velocity as (
    select
        worked.period_grain, worked.period_start, worked.value * wins.value * sizes.value / nullif(cycles.value, 0) as worked_out, kpis.value
    from kpis
    inner join {{ ref('kpi_companions') }} as worked
        on worked.companion_id = 'deals_worked' and kpis.period_grain = worked.period_grain and kpis.period_start = worked.period_start
        and kpis.dimension = worked.dimension and kpis.dimension_key = worked.dimension_key
    {%- for alias, kpi in [('wins', 'win_rate'), ('sizes', 'avg_deal_size'), ('cycles', 'deal_cycle_days')] %}
    inner join kpis as {{ alias }}
        on {{ alias }}.kpi_id = '{{ kpi }}' and kpis.period_grain = {{ alias }}.period_grain and kpis.period_start = {{ alias }}.period_start
        and kpis.dimension = {{ alias }}.dimension and kpis.dimension_key = {{ alias }}.dimension_key
    {%- endfor %}
    -- where no deal is in work there is nothing to be fast with
    where kpis.kpi_id = 'sales_velocity' and not (worked.value = 0 and kpis.value is null)
)

select 'slices do not add up' as what, wholes.period_grain, wholes.period_start, wholes.event_date, slices.dimension
from sums as wholes
inner join sums as slices
    on wholes.period_grain = slices.period_grain and wholes.period_start = slices.period_start and wholes.event_date = slices.event_date
where
    wholes.dimension = 'all' and slices.dimension <> 'all'
    and (abs(wholes.won_amount - slices.won_amount) > 0.005 or abs(wholes.open_amount - slices.open_amount) > 0.005)
union all
select 'the last day is not what is known now', period_grain, period_start, null, 'all'
from last_days
where abs(won_amount - won_of_deals) > 0.005
union all
select 'velocity is not its factors', period_grain, period_start, null, null
from velocity
where coalesce(abs(worked_out - value) > 0.000001 * (1 + abs(value)), (worked_out is null) <> (value is null))
