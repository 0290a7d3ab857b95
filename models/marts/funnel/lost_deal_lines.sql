-- Grain: deal_id, line_no.
-- One line of one lost deal, on the day of the loss, with its part of the deal's amount.  What the lines leave unexplained of it (a discount on the
-- whole, a delivery) is a line of its own, and so is the whole of a deal without lines; rounding runs along the sum, so the lines add up to the deal
-- to the last kopeck.
with deals as (
    select events.*, facts.amount
    from {{ ref('deal_events') }} as events
    inner join {{ ref('fct_deals') }} as facts on events.deal_id = facts.deal_id
    where events.event = 'lost'
),

-- the only line of a deal, where it tells no amount, is the whole deal
itemised as (
    select
        deals.deal_id,
        lines.line_no,
        {{ known('lines.product_id') }} as product,
        coalesce(lines.amount, case when lines.is_only_line then deals.amount end, 0) as amount
    from deals
    inner join {{ ref('int_recorded_lines') }} as lines on concat('deal:', deals.deal_id) = lines.sale_id
    where deals.lost_amount <> 0
),

explained as (
    select deal_id, sum(amount) as amount, max(line_no) as last_line_no from itemised group by deal_id
),

lines as (
    select * from itemised
    union all
    select
        deals.deal_id,
        coalesce(explained.last_line_no, 0) + 1,
        case when explained.deal_id is null then deals.product else '(not itemised)' end,
        deals.amount - coalesce(explained.amount, 0)
    from deals
    left join explained on deals.deal_id = explained.deal_id
    where explained.deal_id is null or deals.amount <> explained.amount
),

running as (
    select
        *,
        sum(amount) over (partition by deal_id order by line_no rows unbounded preceding) as amount_so_far
    from lines
)

select
    deals.event_date,
    deals.deal_id,
    running.line_no,
    deals.channel, deals.campaign, deals.manager, deals.team, deals.pipeline, deals.region,
    case when running.product = '(not itemised)' then '(not itemised)' else {{ known('products.product_group') }} end as product_group,
    running.product,
    deals.loss_group, deals.stage, deals.amount_band,
    cast(coalesce(
        cast(round(deals.lost_amount * {{ ratio('running.amount_so_far', 'deals.amount') }}, 2) as decimal(18, 2))
        - cast(round(deals.lost_amount * {{ ratio('running.amount_so_far - running.amount', 'deals.amount') }}, 2) as decimal(18, 2)),
        0
    ) as decimal(18, 2)) as lost_amount
from deals
inner join running on deals.deal_id = running.deal_id
left join {{ ref('dim_products') }} as products on running.product = products.product_id
