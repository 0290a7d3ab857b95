-- Grain: deal_id, event_date.
-- One deal and one day at whose end it was open, as it was known then: its stage from the history, its amount, chance and expected
-- close from the version loaded the night after; what has no amount, or nought, is worth its lines.  A deal of which no version was loaded by
-- then stands as its first version says and, where that tells no expected close, as due on the day that it was closed.
{%- set amount_base = to_base('coalesce(nullif(seen.amount, 0), seen.lines_amount, seen.amount)', 'rates') %}
{%- set forecast_base = to_base('seen.forecast_amount', 'rates') %}
with spans as (
    select
        object_id as deal_id,
        pipeline_id,
        stage_key,
        stage_rank,
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
    select days.date_day, spans.*
    from spans
    inner join days on days.date_day >= spans.open_from and days.date_day < coalesce(spans.open_until, {{ as_of() }})
),

seen as (
    select
        open_days.*,
        versions.employee_id,
        versions.expected_close_on,
        versions.probability,
        versions.amount,
        versions.currency,
        versions.forecast_amount,
        -- lines that were loaded later were not known then; those that came with the first version stand for the time before it too
        case when coalesce(lines.told_from <= greatest(open_days.date_day, versions.told_from), true) then lines.lines_amount end as lines_amount,
        coalesce(open_days.date_day >= versions.told_from, false) as is_told
    from open_days
    left join {{ ref('int_deal_versions') }} as versions
        on open_days.deal_id = versions.deal_id and open_days.date_day >= versions.known_from and open_days.date_day < versions.known_until
    left join {{ ref('int_line_totals') }} as lines on concat('deal:', open_days.deal_id) = lines.sale_id
)

select
    seen.date_day as event_date,
    seen.deal_id,
    seen.pipeline_id as pipeline,
    {{ known('seen.stage_key') }} as stage,
    seen.stage_rank,
    seen.stage_rank >= {{ var('late_stage_position') }} as is_late_stage,
    {{ known('coalesce(seen.employee_id, deals.employee_id)') }} as manager,
    {{ known('employees.employee_name') }} as manager_name,
    {{ known('employees.team') }} as team,
    deals.customer_key,
    deals.channel,
    deals.region,
    coalesce(seen.expected_close_on, case when not seen.is_told then coalesce(deals.won_on, deals.lost_on) end) as expected_close_on,
    seen.is_told,
    avg({{ flag('seen.is_told') }}) over (partition by seen.date_day) >= {{ var('told_deals_share') }} as is_day_told,
    coalesce(seen.probability, stages.probability, 0) as probability,
    coalesce(nullif(seen.amount, 0), seen.lines_amount, seen.amount) as amount_in_currency,
    coalesce(upper(seen.currency), '{{ var("base_currency") }}') as currency,
    coalesce({{ amount_base }}, 0) as amount,
    {{ forecast_base }} as forecast_amount,
    coalesce(
        cast({{ forecast_base }} as double), cast(coalesce({{ amount_base }}, 0) as double) * coalesce(seen.probability, stages.probability, 0)
    ) as weighted_amount
from seen
inner join deals on seen.deal_id = deals.deal_id
left join {{ ref('dim_employees') }} as employees on coalesce(seen.employee_id, deals.employee_id) = employees.employee_id
left join {{ ref('dim_stages') }} as stages on stages.object = 'deal' and seen.stage_key = stages.stage_key
{{ join_rate('rates', 'seen.currency', 'seen.date_day') }}
