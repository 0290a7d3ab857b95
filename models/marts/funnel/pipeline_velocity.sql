-- Grain: period_grain, period_start, dimension, dimension_key.
-- One period and slice (whole, manager, team, pipeline) with how fast its deals turn into money: the deals in work times the win rate times the
-- average deal, over the days that a deal takes.  In work is the mean of the deals that were open at the end of each day of the period.
{%- set slices = ['manager', 'team', 'pipeline'] %}
{%- set wanted = "'all', '" ~ slices | join("', '") ~ "'" %}
with periods as (
    select
        *,
        {{ dbt.datediff('period_start', 'last_known_day', 'day') }} + 1 as known_days
    from {{ ref('periods') }}
),

changes as (
    select
        event_date,
        {{ sliced_by(slices) }},
        sum(deals_active) as deals_active
    from {{ ref('pipeline_changes') }}
    group by grouping sets ((event_date), (event_date, manager), (event_date, team), (event_date, pipeline))
),

measures as (
    select * from {{ ref('measures_deals') }} where dimension in ({{ wanted }})
    union all
    select * from {{ ref('measures_pipeline') }} where dimension in ({{ wanted }})
    union all
    -- the days of the period before a deal came, less those before it left
    select
        'days_before', periods.period_grain, periods.period_start, changes.dimension, changes.dimension_key,
        changes.deals_active * {{ dbt.datediff('periods.period_start', 'changes.event_date', 'day') }}
    from periods
    inner join changes on changes.event_date between periods.period_start and periods.last_known_day
),

summed as (
    select
        period_grain,
        period_start,
        dimension,
        dimension_key,
        {%- for measure in [
            'deals_active', 'days_before', 'deals_won', 'deals_won_priced', 'won_amount', 'cycle_days', 'deals_timed', 'deals_closed'
        ] %}
        coalesce(sum(case when measure = '{{ measure }}' then value end), 0) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from measures
    group by period_grain, period_start, dimension, dimension_key
),

-- whatever is open at the end was so on all days but those before it came
factors as (
    select
        summed.period_grain,
        summed.period_start,
        summed.dimension,
        summed.dimension_key,
        (summed.deals_active * periods.known_days - summed.days_before) / periods.known_days as deals_worked,
        {{ ratio('summed.deals_won', 'summed.deals_closed') }} as win_rate,
        {{ ratio('summed.won_amount', 'summed.deals_won_priced') }} as avg_deal_size,
        {{ ratio('summed.cycle_days', 'summed.deals_timed') }} as deal_cycle_days
    from summed
    inner join periods on summed.period_grain = periods.period_grain and summed.period_start = periods.period_start
)

select
    period_grain,
    period_start,
    dimension,
    dimension_key,
    deals_worked,
    win_rate,
    avg_deal_size,
    deal_cycle_days,
    deals_worked * win_rate * avg_deal_size as worked_deals_worth,
    deals_worked * win_rate * avg_deal_size / nullif(deal_cycle_days, 0) as sales_velocity
from factors
where deals_worked > 0
