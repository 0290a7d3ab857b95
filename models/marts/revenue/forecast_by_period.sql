-- Grain: one period and slice (whole, manager, team): what was to be expected of the won amount when the period began, and what came of it.
-- Each manager counts with his own forecast of the period where he had entered one by then, else with his open deals due in it, each by
-- what he expects of it himself or else by its chance, as they were known on the day before.
with periods as (
    select
        *,
        cast({{ dbt.dateadd('day', -1, 'period_start') }} as date) as seen_on
    from {{ ref('periods') }}
),

weighted as (
    select
        periods.period_grain,
        periods.period_start,
        pipeline.manager,
        sum(coalesce(cast(pipeline.forecast_amount as double), cast(pipeline.amount as double) * pipeline.probability)) as amount
    from periods
    inner join {{ ref('pipeline_daily') }} as pipeline on periods.seen_on = pipeline.event_date
    where pipeline.expected_close_on between periods.period_start and periods.period_end
    group by periods.period_grain, periods.period_start, pipeline.manager
),

-- forecasts are made for months
entered as (
    select
        'month' as period_grain,
        cast({{ dbt.date_trunc('month', 'forecasts.period_start') }} as date) as period_start,
        forecasts.employee_id as manager,
        {{ to_base('forecasts.amount', 'rates') }} as amount,
        row_number() over (
            partition by forecasts.employee_id, {{ dbt.date_trunc('month', 'forecasts.period_start') }} order by forecasts.as_of desc
        ) as place
    from {{ ref('forecasts') }} as forecasts
    {{ join_rate('rates', 'forecasts.currency', 'forecasts.as_of') }}
    where forecasts.as_of <= forecasts.period_start and forecasts.as_of < {{ as_of() }}
),

won as (
    select periods.period_grain, periods.period_start, deals.manager, cast(sum(deals.won_amount) as double) as amount
    from periods
    inner join {{ ref('deal_events') }} as deals on deals.event_date between periods.period_start and periods.last_known_day
    where deals.event = 'won'
    group by periods.period_grain, periods.period_start, deals.manager
),

owners as (
    select period_grain, period_start, manager from weighted
    union
    select period_grain, period_start, manager from entered where place = 1
    union
    select period_grain, period_start, manager from won
),

by_manager as (
    select
        owners.period_grain,
        owners.period_start,
        owners.manager,
        {{ known('employees.team') }} as team,
        coalesce(cast(entered.amount as double), weighted.amount, 0) as forecast_amount,
        coalesce(won.amount, 0) as won_amount
    from owners
    left join weighted
        on owners.period_grain = weighted.period_grain and owners.period_start = weighted.period_start and owners.manager = weighted.manager
    left join entered
        on owners.period_grain = entered.period_grain and owners.period_start = entered.period_start
        and owners.manager = entered.manager and entered.place = 1
    left join won on owners.period_grain = won.period_grain and owners.period_start = won.period_start and owners.manager = won.manager
    left join {{ ref('dim_employees') }} as employees on owners.manager = employees.employee_id
)

select
    period_grain,
    period_start,
    {{ sliced_by(['manager', 'team']) }},
    sum(forecast_amount) as forecast_amount,
    sum(won_amount) as won_amount,
    sum(won_amount) - sum(forecast_amount) as forecast_variance,
    1 - {{ ratio('abs(sum(won_amount) - sum(forecast_amount))', 'sum(won_amount)') }} as forecast_accuracy
from by_manager
group by grouping sets ((period_grain, period_start), (period_grain, period_start, manager), (period_grain, period_start, team))
