-- Grain: period_grain, period_start, dimension, dimension_key.
-- One period and slice (whole, manager, team): what was to be expected of the won amount when the period began, and what came of it.
-- Each manager counts with his own forecast of the period where he had entered one by then, else with his open deals due in it, each by
-- what he expects of it himself or else by its chance, as they were known on the day before; where too few of them were, nobody knows.
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
        case when max({{ flag('not pipeline.is_day_told') }}) = 0 then
            sum(case
                when pipeline.expected_close_on not between periods.period_start and periods.period_end then 0
                when pipeline.expected_close_on is null then 0
                else coalesce(cast(pipeline.forecast_amount as double), cast(pipeline.amount as double) * pipeline.probability)
            end)
        end as amount
    from periods
    inner join {{ ref('pipeline_daily') }} as pipeline on periods.seen_on = pipeline.event_date
    group by periods.period_grain, periods.period_start, pipeline.manager
),

-- forecasts are made for months
entered_by_month as (
    select
        cast({{ dbt.date_trunc('month', 'forecasts.period_start') }} as date) as period_start,
        forecasts.employee_id as manager,
        {{ to_base('forecasts.amount', 'rates') }} as amount,
        row_number() over (
            partition by forecasts.employee_id, {{ dbt.date_trunc('month', 'forecasts.period_start') }} order by forecasts.as_of desc
        ) as row_no
    from {{ ref('forecasts') }} as forecasts
    {{ join_rate('rates', 'forecasts.currency', 'forecasts.as_of') }}
    where forecasts.as_of <= forecasts.period_start and forecasts.as_of < {{ as_of() }}
),

entered as (
    select periods.period_grain, entered_by_month.*
    from entered_by_month
    inner join periods on periods.whole_grain = 'month' and entered_by_month.period_start = periods.period_start
    where entered_by_month.row_no = 1
),

-- of a day before the first that the pipeline is known of nobody knows what was open
first_days as (
    select min(event_date) as first_day from {{ ref('pipeline_daily') }}
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
    select period_grain, period_start, manager from entered
    union
    select period_grain, period_start, manager from won
),

by_manager as (
    select
        owners.period_grain,
        owners.period_start,
        owners.manager,
        {{ known('employees.team') }} as team,
        case
            when entered.amount is not null then cast(entered.amount as double)
            when weighted.manager is not null then weighted.amount
            when periods.seen_on >= first_days.first_day then 0
        end as forecast_amount,
        coalesce(won.amount, 0) as won_amount
    from owners
    inner join periods on owners.period_grain = periods.period_grain and owners.period_start = periods.period_start
    cross join first_days
    left join weighted
        on owners.period_grain = weighted.period_grain and owners.period_start = weighted.period_start and owners.manager = weighted.manager
    left join entered
        on owners.period_grain = entered.period_grain and owners.period_start = entered.period_start
        and owners.manager = entered.manager
    left join won on owners.period_grain = won.period_grain and owners.period_start = won.period_start and owners.manager = won.manager
    left join {{ ref('dim_employees') }} as employees on owners.manager = employees.employee_id
),

-- one manager of whom nobody knows leaves his team and the whole unknown
sliced as (
    select
        period_grain,
        period_start,
        {{ sliced_by(['manager', 'team']) }},
        case when count(forecast_amount) = count(*) then sum(forecast_amount) end as forecast_amount,
        sum(won_amount) as won_amount
    from by_manager
    group by grouping sets ((period_grain, period_start), (period_grain, period_start, manager), (period_grain, period_start, team))
)

select
    period_grain,
    period_start,
    dimension,
    dimension_key,
    forecast_amount,
    won_amount,
    won_amount - forecast_amount as forecast_variance,
    1 - {{ ratio('abs(won_amount - forecast_amount)', 'won_amount') }} as forecast_accuracy
from sliced
