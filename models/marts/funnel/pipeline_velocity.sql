-- Grain: period_grain, period_start, dimension, dimension_key.
-- One period and slice (whole, manager, team, pipeline) with how fast its deals turn into money: the deals in work times the win rate times the
-- average deal, over the days that a deal takes.  A deal was in work if it was closed in the period or open at its end.
with measures as (
    select * from {{ ref('measures_deals') }} where dimension in ('all', 'manager', 'team', 'pipeline')
    union all
    select * from {{ ref('measures_pipeline') }} where dimension in ('all', 'manager', 'team', 'pipeline')
),

summed as (
    select
        period_grain,
        period_start,
        dimension,
        dimension_key,
        {%- for measure in ['deals_active', 'deals_won', 'deals_won_priced', 'won_amount', 'cycle_days', 'deals_timed', 'deals_closed'] %}
        coalesce(sum(case when measure = '{{ measure }}' then value end), 0) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from measures
    group by period_grain, period_start, dimension, dimension_key
),

factors as (
    select
        period_grain,
        period_start,
        dimension,
        dimension_key,
        deals_closed + deals_active as deals_worked,
        {{ ratio('deals_won', 'deals_closed') }} as win_rate,
        {{ ratio('won_amount', 'deals_won_priced') }} as avg_deal_size,
        {{ ratio('cycle_days', 'deals_timed') }} as deal_cycle_days
    from summed
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
