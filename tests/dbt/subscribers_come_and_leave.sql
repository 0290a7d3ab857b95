-- Proves that the customers who paid before a period, with those who came and without those who left, are those at its end; that these are the ones
-- before the next period; and that what a year kept is never more than what is paid.
with counted as (
    select
        period_grain,
        period_start,
        sum(subscribers_opening) as opening,
        sum(subscribers_gained) - sum(subscribers_churned) as moved,
        sum(subscribers_closing) as closing,
        sum(mrr_year_kept_net) as kept_net,
        sum(mrr_year_kept_gross) as kept_gross,
        sum(mrr_year_ago) as year_ago
    from {{ ref('subscriber_periods') }}
    group by period_grain, period_start
),

told as (
    select
        periods.period_grain,
        periods.period_start,
        coalesce(counted.opening, 0) as opening,
        coalesce(counted.moved, 0) as moved,
        coalesce(counted.closing, 0) as closing,
        coalesce(counted.kept_net, 0) as kept_net,
        coalesce(counted.kept_gross, 0) as kept_gross,
        coalesce(counted.year_ago, 0) as year_ago,
        case when periods.period_grain = periods.whole_grain then
            lag(coalesce(counted.closing, 0)) over (partition by periods.period_grain order by periods.period_start)
        end as closing_before
    from {{ ref('periods') }} as periods
    left join counted on periods.period_grain = counted.period_grain and periods.period_start = counted.period_start
),

paid as (
    select periods.period_grain, periods.period_start, sum(events.mrr) as mrr
    from {{ ref('periods') }} as periods
    inner join {{ ref('contract_events') }} as events on events.event_date <= periods.last_known_day
    group by periods.period_grain, periods.period_start
)

select told.*, paid.mrr
from told
left join paid on told.period_grain = paid.period_grain and told.period_start = paid.period_start
where
    told.opening + told.moved <> told.closing
    or told.opening <> told.closing_before
    or told.kept_net > coalesce(paid.mrr, 0)
    or told.kept_gross > told.kept_net
    or told.kept_gross > told.year_ago
