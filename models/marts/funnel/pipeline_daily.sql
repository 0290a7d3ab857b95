-- Grain: one deal and one day at whose end it was open, as it was known then: its stage from the history, its amount, chance and expected
-- close from the version loaded the night after.
with stays as (
    select
        object_id as deal_id,
        pipeline_id,
        stage_key,
        place,
        {{ local_date('entered_at') }} as entered_on,
        {{ local_date('left_at') }} as left_on
    from {{ ref('fct_stage_changes') }}
    where object = 'deal' and status = 'open'
),

deals as (
    select
        *,
        coalesce(won_on, lost_on) as closed_on
    from {{ ref('fct_deals') }}
),

unstaged as (
    select deals.deal_id, deals.pipeline_id, {{ known('deals.stage_key') }} as stage_key, deals.created_on
    from deals
    left join (select distinct deal_id from stays) as staged on deals.deal_id = staged.deal_id
    where staged.deal_id is null
),

spans as (
    select
        stays.deal_id,
        stays.pipeline_id,
        stays.stage_key,
        stays.place,
        stays.entered_on as open_from,
        coalesce(stays.left_on, deals.closed_on) as open_until
    from stays
    inner join deals on stays.deal_id = deals.deal_id
    union all
    select unstaged.deal_id, unstaged.pipeline_id, unstaged.stage_key, null, unstaged.created_on, deals.closed_on
    from unstaged
    inner join deals on unstaged.deal_id = deals.deal_id
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
    open_days.stage_key as stage,
    open_days.place >= {{ var('late_stage_position') }} as is_late_stage,
    {{ known('coalesce(versions.employee_id, deals.employee_id)') }} as manager,
    {{ known('employees.team') }} as team,
    deals.customer_key,
    deals.channel,
    deals.region,
    versions.expected_close_on,
    coalesce(versions.probability, stages.probability, 0) as probability,
    versions.amount as amount_in_currency,
    coalesce(upper(versions.currency), '{{ var("base_currency") }}') as currency,
    coalesce({{ to_base('versions.amount', 'rates') }}, 0) as amount,
    {{ to_base('versions.forecast_amount', 'rates') }} as forecast_amount
from open_days
inner join deals on open_days.deal_id = deals.deal_id
left join {{ ref('int_deal_versions') }} as versions
    on open_days.deal_id = versions.deal_id
    and open_days.date_day >= versions.known_from and open_days.date_day < versions.known_until
left join {{ ref('dim_employees') }} as employees on coalesce(versions.employee_id, deals.employee_id) = employees.employee_id
left join {{ ref('dim_stages') }} as stages on stages.object = 'deal' and open_days.stage_key = stages.stage_key
{{ join_rate('rates', 'versions.currency', 'open_days.date_day') }}
