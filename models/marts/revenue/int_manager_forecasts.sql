-- Grain: period_grain, period_start, manager.
-- One period and manager: what was to be expected of the won amount when the period began, as it was known on the day before, and what came of
-- it.  His own forecast of the period counts where he had entered one by then, else his open deals due in the period, each by what he expects of it
-- himself or else by its chance; where too few of them were known, nobody knows.
with seen as (
    select
        *,
        cast({{ dbt.dateadd('day', -1, 'period_start') }} as date) as seen_on
    from {{ ref('periods') }}
),

-- of a day before the first that the pipeline is known of nobody knows what was open
periods as (
    select seen.*, case when seen.seen_on >= first_days.first_day then 0 else 1 end as untold
    from seen
    cross join (select min(event_date) as first_day from {{ ref('pipeline_daily') }}) as first_days
),

-- open deals, what was entered and what was won
parts as (
    select
        periods.period_grain, periods.period_start, snapshot.manager,
        case
            when snapshot.expected_close_on between periods.period_start and periods.period_end
                then snapshot.weighted_amount
            else 0
        end as open_amount,
        {{ flag('not snapshot.is_day_told') }} as untold, cast(null as double) as entered_amount, 0 as won_amount
    from periods
    inner join {{ ref('pipeline_daily') }} as snapshot on periods.seen_on = snapshot.event_date
    union all
    select periods.period_grain, periods.period_start, entered.manager, 0, periods.untold, cast(entered.amount as double), 0
    from periods
    inner join {{ ref('int_entered_forecasts') }} as entered
        on periods.whole_grain = entered.period_grain and periods.period_start = entered.period_start
    union all
    select periods.period_grain, periods.period_start, deals.manager, 0, periods.untold, null, deals.won_amount
    from periods
    inner join {{ ref('deal_events') }} as deals on deals.event_date between periods.period_start and periods.last_known_day
    where deals.event = 'won'
)

select
    parts.period_grain,
    parts.period_start,
    parts.manager,
    {{ known('max(employees.team)') }} as team,
    case
        when max(parts.entered_amount) is not null then max(parts.entered_amount)
        when max(parts.untold) = 0 then sum(parts.open_amount)
    end as forecast_amount,
    max(parts.entered_amount) is not null as is_entered,
    cast(coalesce(sum(parts.won_amount), 0) as double) as won_amount
from parts
left join {{ ref('dim_employees') }} as employees on parts.manager = employees.employee_id
group by parts.period_grain, parts.period_start, parts.manager
