-- Grain: path_id.
-- One path of touches: of a sale, with its money, or one that has not sold. A sale without a touch has a path too, of nobody.
with unsold as (
    select * from {{ ref('int_unsold_touchpoints') }}
),

channels as (
    select * from {{ ref('dim_channels') }}
),

touches as (
    select
        sale_id as path_id, touched_on, channel, row_no, days_to_sale,
        lag(channel) over (partition by sale_id order by row_no) as channel_before
    from {{ ref('int_sale_touchpoints') }}
    union all
    select path_id, touched_on, channel, row_no, null, lag(channel) over (partition by path_id order by row_no)
    from unsold
),

-- touches of one channel that follow each other are one step
steps as (
    select
        touches.path_id, touches.channel, channels.name_ru, channels.name_en,
        row_number() over (partition by touches.path_id order by touches.row_no desc) as from_end,
        count(*) over (partition by touches.path_id) as steps
    from touches
    left join channels on touches.channel = channels.channel
    where touches.channel_before is null or touches.channel <> touches.channel_before
),

written as (
    select
        path_id,
        max(steps) as steps
        {%- for name, path in [('channel', 'path'), ('name_ru', 'path_ru'), ('name_en', 'path_en')] %},
        concat_ws(
            ' > ', max(case when steps > {{ var('path_steps') }} then '…' end)
            {%- for place in range(var('path_steps'), 0, -1) %},
            max(case when from_end = {{ place }} then {{ name }} end) {%- endfor %}
        ) as {{ path }}
        {%- endfor %}
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
        sale_id as path_id, case when max({{ flag("event = 'sale'") }}) = 1 then 'sold' else 'returned' end as outcome,
        sale_id, min(event_date) as ended_on, cast(sum(revenue) as decimal(18, 2)) as revenue
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
    coalesce(written.path, nobody.channel) as path,
    coalesce(written.path_ru, nobody.name_ru) as path_ru,
    coalesce(written.path_en, nobody.name_en) as path_en,
    coalesce(written.steps, 0) as steps, coalesce(spans.touches, 0) as touches,
    spans.first_touched_on, spans.last_touched_on, spans.days_to_sale, paths.revenue
from paths
left join spans on paths.path_id = spans.path_id
left join written on paths.path_id = written.path_id
left join channels as nobody on nobody.channel = '(none)'
