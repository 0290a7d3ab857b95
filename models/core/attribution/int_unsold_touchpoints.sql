-- Grain: touchpoint_id.
-- One touch that no sale counts, on its path: a person's touches without a sale between them or a gap longer than the look-back.
-- A path is open while a sale may still count its last touch: within the look-back, or within it before a deal that is still open.
with unsold as (
    select touchpoints.*
    from {{ ref('int_touchpoints') }} as touchpoints
    left join {{ ref('int_sale_touchpoints') }} as sold on touchpoints.touchpoint_id = sold.touchpoint_id
    where sold.touchpoint_id is null
),

sales as (
    select people.customer_key, sales.decided_at
    from {{ ref('fct_sales') }} as sales
    inner join {{ ref('int_record_people') }} as people
        on coalesce('d:' || sales.deal_id, 'o:' || sales.order_id) = people.record
),

open_deals as (
    select people.customer_key, min(deals.created_at) as opened_at
    from {{ ref('fct_deals') }} as deals
    inner join {{ ref('int_record_people') }} as people on concat('d:', deals.deal_id) = people.record
    where deals.status = 'open'
    group by people.customer_key
),

placed as (
    select
        unsold.touchpoint_id, unsold.customer_key, unsold.touched_at, unsold.channel,
        lag(unsold.touched_at) over (partition by unsold.customer_key order by unsold.touched_at, unsold.touchpoint_id) as touched_before,
        lag(count(sales.decided_at)) over (partition by unsold.customer_key order by unsold.touched_at, unsold.touchpoint_id) as sales_before,
        count(sales.decided_at) as sales_until
    from unsold
    left join sales on unsold.customer_key = sales.customer_key and unsold.touched_at > sales.decided_at
    group by unsold.touchpoint_id, unsold.customer_key, unsold.touched_at, unsold.channel
),

begun as (
    select
        *,
        case
            when
                sales_before = sales_until
                and {{ add_seconds('touched_before', '86400 * ' ~ var('attribution_lookback_days')) }} >= touched_at
                then 1
            else 0
        end as goes_on
    from placed
),

paths as (
    select
        *,
        sum(1 - goes_on) over (partition by customer_key order by touched_at, touchpoint_id rows unbounded preceding) as path_no
    from begun
),

numbered as (
    select
        *,
        max(touched_at) over (partition by customer_key, path_no) as last_touched_at,
        row_number() over (partition by customer_key, path_no order by touched_at, touchpoint_id) as row_no
    from paths
)

select
    numbered.touchpoint_id,
    concat(numbered.customer_key, '/', numbered.path_no) as path_id,
    {{ local_date('numbered.touched_at') }} as touched_on,
    numbered.channel,
    cast(numbered.row_no as bigint) as row_no,
    {{ add_seconds('numbered.last_touched_at', '86400 * ' ~ var('attribution_lookback_days')) }} >= coalesce(open_deals.opened_at, {{ cutoff() }})
        as is_open
from numbered
left join open_deals on numbered.customer_key = open_deals.customer_key
