-- Grain: deal_id, event_date.
-- One deal and one day at whose end it was open, as it was known then: its stage from the history, its amount, chance and expected close from the
-- version loaded the night after; what has no amount, or nought, is worth its lines. A deal of which no version was loaded by then stands as its
-- first version says and, where that tells no expected close, as due on the day that it was closed. What it lacked on the day is told only where it
-- was known then; on the last full day it is known now.
{%- set is_known = '(told.is_last_day or (told.is_told and told.is_day_told))' %}
{%- set amount_base = to_base('coalesce(nullif(told.amount, 0), told.lines_amount, told.amount)', 'rates') %}
{%- set forecast_base = to_base('told.forecast_amount', 'rates') %}
with spans as (
    select
        object_id as deal_id, pipeline_id, stage_key, stage_rank,
        {{ local_date('entered_at') }} as open_from, {{ local_date('left_at') }} as open_until
    from {{ ref('fct_stage_changes') }}
    where object = 'deal' and status = 'open'
),

seen as (
    select
        days.date_day,
        spans.*,
        deals.customer_key, deals.channel, deals.region, deals.created_on,
        coalesce(deals.won_on, deals.lost_on) as closed_on,
        coalesce(versions.employee_id, deals.employee_id) as employee_id,
        versions.expected_close_on, versions.probability, versions.amount, versions.currency, versions.forecast_amount,
        versions.close_pushes, versions.amount_changes, versions.owner_changes,
        -- lines that were loaded later were not known then; those that came with the first version stand for the time before it too
        case when coalesce(lines.told_from <= greatest(days.date_day, versions.told_from), true) then lines.lines_amount end as lines_amount,
        coalesce(days.date_day >= versions.told_from, false) as is_told
    from spans
    inner join {{ ref('fct_deals') }} as deals on spans.deal_id = deals.deal_id
    inner join {{ ref('dim_date') }} as days
        on days.date_day >= spans.open_from and days.date_day < coalesce(spans.open_until, {{ as_of() }}) and days.date_day < {{ as_of() }}
    left join {{ ref('int_deal_versions') }} as versions
        on spans.deal_id = versions.deal_id and days.date_day >= versions.known_from and days.date_day < versions.known_until
    left join {{ ref('int_line_totals') }} as lines on concat('deal:', spans.deal_id) = lines.sale_id
),

told as (
    select
        seen.*,
        avg({{ flag('seen.is_told') }}) over (partition by seen.date_day) >= {{ var('told_deals_share') }} as is_day_told,
        seen.date_day = {{ dbt.dateadd('day', -1, as_of()) }} as is_last_day,
        case when attention.is_contact_told then coalesce(attention.last_contact_on, seen.created_on) end as contact_on,
        attention.next_step_on,
        attention.is_step_told
    from seen
    left join {{ ref('int_deal_attention') }} as attention
        on seen.deal_id = attention.deal_id and seen.date_day >= attention.known_from and seen.date_day < attention.known_until
)

select
    told.date_day as event_date, told.deal_id, told.pipeline_id as pipeline, {{ known('told.stage_key') }} as stage, told.stage_rank,
    told.stage_rank >= {{ var('late_stage_position') }} as is_late_stage,
    {{ known('told.employee_id') }} as manager,
    {{ known('employees.employee_name') }} as manager_name, {{ known('employees.team') }} as team,
    told.customer_key, told.channel, told.region,
    coalesce(told.expected_close_on, case when not told.is_told then told.closed_on end) as expected_close_on,
    told.is_told, told.is_day_told, coalesce(told.probability, stages.probability, 0) as probability,
    coalesce(nullif(told.amount, 0), told.lines_amount, told.amount) as amount_in_currency,
    coalesce(upper(told.currency), '{{ var("base_currency") }}') as currency,
    coalesce({{ amount_base }}, 0) as amount,
    {{ forecast_base }} as forecast_amount,
    coalesce(
        cast({{ forecast_base }} as double), cast(coalesce({{ amount_base }}, 0) as double) * coalesce(told.probability, stages.probability, 0)
    ) as weighted_amount,
    cast({{ dbt.datediff('told.contact_on', 'told.date_day', 'day') }} + 1
        as bigint) as days_without_contact,
    case when {{ is_known }} then told.next_step_on end as next_step_on,
    case when {{ is_known }} then told.close_pushes end as close_pushes,
    case when {{ is_known }} then told.amount_changes end as amount_changes,
    case when {{ is_known }} then told.owner_changes end as owner_changes,
    told.contact_on <= {{ dbt.dateadd('day', -var('contact_gap_days'), 'told.date_day') }}
    and (resting.stage is null or told.contact_on is null) as is_stale,
    case when {{ is_known }} and told.is_step_told then told.next_step_on is null end as is_without_next_step,
    case when {{ is_known }} then told.expected_close_on <= told.date_day end as is_close_overdue
from told
left join {{ ref('dim_employees') }} as employees on told.employee_id = employees.employee_id
left join {{ ref('dim_stages') }} as stages on stages.object = 'deal' and told.stage_key = stages.stage_key
left join {{ ref('seed_resting_stages') }} as resting on told.stage_key = resting.stage
{{ join_rate('rates', 'told.currency', 'told.date_day') }}
