-- Grain: path_id.
-- One path of touches: of a sale, with its money, or one that has not sold. A sale without a touch has a path too, of nobody.
with sold as (
    select * from {{ ref('int_sale_touchpoints') }}
),

unsold as (
    select * from {{ ref('int_unsold_touchpoints') }}
),

touches as (
    select
        sale_id as path_id, touched_on, channel, row_no, days_to_sale,
        lag(channel) over (partition by sale_id order by row_no) as channel_before
    from sold
    union all
    select path_id, touched_on, channel, row_no, null, lag(channel) over (partition by path_id order by row_no)
    from unsold
),

-- touches of one channel that follow each other are one step
steps as (
    select
        path_id,
        channel,
        row_number() over (partition by path_id order by row_no desc) as from_end,
        count(*) over (partition by path_id) as steps
    from touches
    where channel_before is null or channel <> channel_before
),

written as (
    select
        path_id,
        max(steps) as steps,
        concat_ws(
            ' > ',
            max(case when steps > {{ var('path_steps') }} then '…' end)
            {%- for place in range(var('path_steps'), 0, -1) %},
            max(case when from_end = {{ place }} then channel end)
            {%- endfor %}
        ) as path
    from steps
    group by path_id
),

spans as (
    select
        path_id, count(*) as touches, min(touched_on) as first_touched_on, max(touched_on) as last_touched_on, max(days_to_sale) as days_to_sale
    from touches
    group by path_id
),

money as (
    select
        sale_id as path_id, case when max({{ flag("event = 'sale'") }}) = 1 then 'sold' else 'returned' end as outcome, sale_id,
        min(event_date) as ended_on,
        cast(sum(revenue) as decimal(18, 2)) as revenue
    from {{ ref('sales_events') }}
    group by sale_id
),

paths as (
    select * from money
    union all
    select path_id, case when is_open then 'open' else 'ended' end, null, max(touched_on), 0
    from unsold
    group by path_id, is_open
)

select
    paths.path_id, paths.outcome, paths.sale_id, paths.ended_on,
    coalesce(written.path, '(none)') as path,
    coalesce(written.steps, 0) as steps,
    coalesce(spans.touches, 0) as touches,
    spans.first_touched_on, spans.last_touched_on, spans.days_to_sale,
    paths.revenue
from paths
left join spans on paths.path_id = spans.path_id
left join written on paths.path_id = written.path_id
