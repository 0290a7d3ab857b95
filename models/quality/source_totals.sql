-- Grain: source_name, table_name, day.
-- One total that a source states of itself (a table as a whole on the day of a load, or one day of the site or of an ad account),
-- beside what the warehouse has.
{{ config(schema='marts') }}
with stated as (
    select
        source_name,
        table_name,
        day,
        row_count,
        amount,
        row_number() over (partition by source_name, table_name order by day desc) as row_no
    from {{ ref('base_control__totals') }}
    where row_status = 'accepted'
),

by_day as (
    select source_system as source_name, 'visits' as table_name, started_on as day, count(*) as rows_here, null as amount_here
    from {{ ref('fct_web_sessions') }}
    group by source_system, started_on
    union all
    select source_system, 'campaign_performance', event_date, null, cast(sum(cost) as decimal(18, 2))
    from {{ ref('fct_ad_spend') }}
    group by source_system, event_date
),

as_a_whole as (
    select source_name, table_name, cast(sum(accepted_rows) as bigint) as rows_here
    from {{ ref('source_tie_out') }}
    where table_name not in ('visits', 'campaign_performance')
    group by source_name, table_name
)

-- a table as a whole can be compared with the newest statement only
select
    stated.source_name,
    stated.table_name,
    stated.day,
    stated.row_count as stated_rows,
    coalesce(by_day.rows_here, as_a_whole.rows_here) as warehouse_rows,
    stated.amount as stated_amount,
    cast(by_day.amount_here as decimal(18, 2)) as warehouse_amount,
    coalesce(stated.row_count = coalesce(by_day.rows_here, as_a_whole.rows_here), true)
    and coalesce(stated.amount = by_day.amount_here, true) as is_equal
from stated
left join by_day on stated.source_name = by_day.source_name and stated.table_name = by_day.table_name and stated.day = by_day.day
left join as_a_whole on stated.source_name = as_a_whole.source_name and stated.table_name = as_a_whole.table_name
where by_day.day is not null or stated.row_no = 1
