-- Grain: sale_id, channel.
-- One sale and one channel on its path: whether it began the path, ended it, or helped in between without doing either.
with sales as (
    select * from {{ ref('touch_paths') }} where outcome in ('sold', 'returned')
),

channels as (
    select
        sale_id,
        channel,
        count(*) as touches,
        max({{ flag('row_no = 1') }}) as is_first,
        max({{ flag('row_no = touchpoints') }}) as is_last
    from {{ ref('int_sale_touchpoints') }}
    group by sale_id, channel
),

roles as (
    select
        sales.ended_on as sold_on,
        sales.sale_id,
        coalesce(channels.channel, '(none)') as channel,
        coalesce(channels.touches, 0) as touches,
        coalesce(channels.is_first, 1) as is_first,
        coalesce(channels.is_last, 1) as is_last,
        {{ flag("sales.outcome = 'sold'") }} as is_sale,
        sales.revenue
    from sales
    left join channels on sales.sale_id = channels.sale_id
)

select
    sold_on,
    sale_id,
    channel,
    touches,
    is_first * is_sale as sales_begun,
    {{ flag('is_first + is_last = 0') }} as sales_assisted,
    is_last * is_sale as sales_ended,
    case when is_first = 1 then revenue else 0 end as revenue_begun,
    case when is_first + is_last = 0 then revenue else 0 end as revenue_assisted,
    case when is_last = 1 then revenue else 0 end as revenue_ended
from roles
