-- Proves that losses are counted once, however they are sliced: by reason, stage of exit, product, manager, channel and all the other dimensions
-- they add up to the whole of every month, in deals and in money; so do rejected leads.  And that a deal lost now left the open pipeline as lost
-- on that very day, unless it came on it too; what left as lost besides was taken up again later, so the bridge loses no deal unaccounted for.
with figures as (
    select companion_id as figure_id, period_start, dimension, value from {{ ref('kpi_companions') }}
    where companion_id in ('deals_lost', 'lost_amount') and period_grain = 'month'
    union all
    select kpi_id, period_start, dimension, value from {{ ref('kpi_values') }} where kpi_id = 'leads_rejected' and period_grain = 'month'
),

dimensions as (
    select distinct figure_id, dimension from figures where dimension <> 'all'
    union
    select figure_id, promised.dimension
    from (select distinct figure_id from figures where figure_id <> 'leads_rejected') as losses
    cross join (
        values ('loss_group'), ('stage'), ('product'), ('product_group'), ('manager'), ('channel')
    ) as promised (dimension)
),

months as (
    select figure_id, period_start, value from figures where dimension = 'all'
),

slices as (
    select figure_id, period_start, dimension, sum(value) as value from figures group by figure_id, period_start, dimension
),

lost as (
    select deals.deal_id, events.event_date, deals.created_on
    from {{ ref('deal_events') }} as events
    inner join {{ ref('fct_deals') }} as deals on events.deal_id = deals.deal_id
    where events.event = 'lost'
),

left_as_lost as (
    select deal_id, event_date from {{ ref('pipeline_movements') }} where movement = 'lost'
),

stood as (
    select deal_id, cast({{ dbt.dateadd('day', 1, 'event_date') }} as date) as event_date from {{ ref('pipeline_daily') }}
)

select
    months.figure_id as what,
    dimensions.dimension as place,
    months.period_start as event_date,
    months.value as whole,
    slices.value as parts
from months
inner join dimensions on months.figure_id = dimensions.figure_id
left join slices
    on months.figure_id = slices.figure_id and months.period_start = slices.period_start and dimensions.dimension = slices.dimension
where abs(coalesce(months.value, 0) - coalesce(slices.value, 0)) > 0.005

union all

-- the lines of a lost deal are the deal, to the last kopeck
select 'lines of a lost deal', events.deal_id, events.event_date, events.lost_amount, sum(lines.lost_amount)
from {{ ref('deal_events') }} as events
left join {{ ref('lost_deal_lines') }} as lines on events.deal_id = lines.deal_id
where events.event = 'lost'
group by events.deal_id, events.event_date, events.lost_amount
having events.lost_amount <> coalesce(sum(lines.lost_amount), -1)

union all

select 'lost, and not on the bridge', lost.deal_id, lost.event_date, 1, 0
from lost
inner join stood on lost.deal_id = stood.deal_id and lost.event_date = stood.event_date
left join left_as_lost on lost.deal_id = left_as_lost.deal_id and lost.event_date = left_as_lost.event_date
where left_as_lost.deal_id is null

union all

select 'on the bridge, and not lost', left_as_lost.deal_id, left_as_lost.event_date, 0, 1
from left_as_lost
inner join {{ ref('fct_deals') }} as deals on left_as_lost.deal_id = deals.deal_id
left join lost on left_as_lost.deal_id = lost.deal_id and left_as_lost.event_date = lost.event_date
where lost.deal_id is null and coalesce(deals.won_on, deals.lost_on, cast('9999-12-31' as date)) <= left_as_lost.event_date

union all

select 'lost deals of the bridge', 'all', bridge.event_date, bridge.deals, coalesce(movements.deals, 0)
from (select event_date, sum(lost_deals) as deals from {{ ref('pipeline_bridge') }} group by event_date) as bridge
left join (select event_date, -count(*) as deals from left_as_lost group by event_date) as movements on bridge.event_date = movements.event_date
where bridge.deals <> coalesce(movements.deals, 0)
