-- Grain: one deal and one day at whose end it was open, as it was known then: its stage from the history, its amount, chance and expected
-- close from the version loaded the night after; what has no amount is worth its lines.
with spans as (
    select
        object_id as deal_id,
        pipeline_id,
        stage_key,
        place,
        {{ local_date('entered_at') }} as open_from,
        {{ local_date('left_at') }} as open_until
    from {{ ref('fct_stage_changes') }}
    where object = 'deal' and status = 'open'
),

deals as (
    select * from {{ ref('fct_deals') }}
),

days as (
    select date_day from {{ ref('dim_date') }} where date_day < {{ as_of() }}
),

open_days as (
    select
        days.date_day,
        spans.*
    from spans
    inner join days on days.date_day >= spans.open_from and days.date_day < coalesce(spans.open_until, {{ as_of() }})
)

select
    open_days.date_day as event_date,
    open_days.deal_id,
    open_days.pipeline_id as pipeline,
    {{ known('open_days.stage_key') }} as stage,
    open_days.place >= {{ var('late_stage_position') }} as is_late_stage,
    {{ known('coalesce(versions.employee_id, deals.employee_id)') }} as manager,
    {{ known('employees.team') }} as team,
    deals.customer_key,
    deals.channel,
    deals.region,
    versions.expected_close_on,
    coalesce(versions.probability, stages.probability, 0) as probability,
    coalesce(versions.amount, lines.lines_amount) as amount_in_currency,
    coalesce(upper(versions.currency), '{{ var("base_currency") }}') as currency,
    coalesce({{ to_base('coalesce(versions.amount, lines.lines_amount)', 'rates') }}, 0) as amount,
    {{ to_base('versions.forecast_amount', 'rates') }} as forecast_amount
from open_days
inner join deals on open_days.deal_id = deals.deal_id
left join {{ ref('int_deal_versions') }} as versions
    on open_days.deal_id = versions.deal_id
    and open_days.date_day >= versions.known_from and open_days.date_day < versions.known_until
left join {{ ref('dim_employees') }} as employees on coalesce(versions.employee_id, deals.employee_id) = employees.employee_id
left join {{ ref('dim_stages') }} as stages on stages.object = 'deal' and open_days.stage_key = stages.stage_key
left join {{ ref('int_line_totals') }} as lines on concat('deal:', open_days.deal_id) = lines.sale_id
{{ join_rate('rates', 'versions.currency', 'open_days.date_day') }}
