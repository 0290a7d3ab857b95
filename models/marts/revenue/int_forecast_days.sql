-- Grain: period_grain, period_start, event_date, dimension, dimension_key.
-- One period that is forecast, one day from some time before its beginning to its end and one slice (whole, manager, team): what had been won of the
-- period by the end of that day, what the open deals due in it were worth (each by what its manager expected of it or else by its chance; one whose
-- day is over by the part of the period that is left), and what managers had entered for it, all as known then.  The whole has a row for every day.
{%- set grains = "'" ~ var('forecast_grains') | join("', '") ~ "'" %}
{%- set first_day = period_start('period_grain', 'period_start') %}
{%- set begins = dbt.dateadd('day', -var('forecast_begins_days'), 'periods.period_start') %}
{%- set days_left = dbt.datediff('days.date_day', 'days.period_end', 'day') %}
{%- set days_of_period = dbt.datediff('days.period_start', 'days.period_end', 'day') %}
with told_days as (
    select event_date, min({{ flag('is_day_told') }}) as is_told from {{ ref('pipeline_daily') }} group by event_date
),

-- of a day before the first that the pipeline is known of nobody knows what was open
days as (
    select
        periods.period_grain, periods.period_start, periods.period_end, calendar.date_day, coalesce(told_days.is_told, 1) as is_told
    from {{ ref('dim_period') }} as periods
    inner join {{ ref('known_days') }} as calendar on calendar.date_day between cast({{ begins }} as date) and periods.period_end
    cross join (select min(event_date) as first_day from {{ ref('pipeline_daily') }}) as first_days
    left join told_days on calendar.date_day = told_days.event_date
    where
        periods.period_grain in ({{ grains }}) and calendar.date_day >= first_days.first_day
),

-- of what a manager entered for a period the last one counts
entered as (
    select
        employee_id, team, entered_on, amount_base, period_grain, {{ first_day }} as first_day,
        lead(entered_on, 1, cast('9999-12-31' as date))
            over (partition by employee_id, period_grain, {{ first_day }} order by entered_on) as entered_until
    from {{ ref('fct_forecasts') }}
),

parts as (
    select
        days.*, snapshot.manager, snapshot.team, 0 as won_amount,
        snapshot.weighted_amount * case
            when snapshot.expected_close_on > days.date_day then 1.0
            else {{ days_left }} * 1.0 / ({{ days_of_period }} + 1)
        end as open_weighted_amount, cast(null as decimal(18, 2)) as entered_amount
    from days
    inner join {{ ref('pipeline_daily') }} as snapshot
        on days.date_day = snapshot.event_date and snapshot.expected_close_on between days.period_start and days.period_end
    union all
    select days.*, wins.manager, wins.team, wins.won_amount, 0, null
    from days
    inner join {{ ref('bridge_day_periods') }} as bridge on days.period_grain = bridge.period_grain and days.period_start = bridge.period_start
    inner join {{ ref('int_won_versions') }} as wins
        on bridge.date_day = wins.won_on and days.date_day >= wins.known_from and days.date_day < wins.known_until
    union all
    select days.*, entered.employee_id, entered.team, 0, 0, entered.amount_base
    from days
    inner join entered
        on days.period_grain = entered.period_grain and days.period_start = entered.first_day
        and days.date_day >= entered.entered_on and days.date_day < entered.entered_until
),

sliced as (
    select
        period_grain, period_start, period_end, date_day, is_told,
        {{ sliced_by(['manager', 'team']) }},
        sum(won_amount) as won_amount, sum(open_weighted_amount) as open_weighted_amount, sum(entered_amount) as entered_amount
    from parts
    group by grouping sets (
        (period_grain, period_start, period_end, date_day, is_told),
        (period_grain, period_start, period_end, date_day, is_told, manager),
        (period_grain, period_start, period_end, date_day, is_told, team)
    )
    union all
    select *, 'all', 'all', 0, 0, null from days
)

select
    period_grain, period_start, period_end, date_day as event_date, is_told = 1 as is_day_told, dimension, dimension_key,
    cast(sum(won_amount) as double) as won_amount,
    cast(sum(open_weighted_amount) as double) as open_weighted_amount,
    cast(sum(entered_amount) as double) as entered_amount
from sliced
group by period_grain, period_start, period_end, date_day, is_told, dimension, dimension_key
