-- Grain: one deal, as known on the as-of date.
with deals as (
    select * from {{ ref('deals') }} where created_at < {{ cutoff() }}
),

leads as (
    select * from {{ ref('leads') }}
),

closings as (
    select
        object_id as deal_id,
        max(case when status = 'won' then entered_at end) as last_won_at,
        max(case when status = 'lost' then entered_at end) as last_lost_at,
        max(case when is_latest then status end) as latest_status,
        max(case when is_latest then stage_id end) as latest_stage_id
    from {{ ref('fct_stage_changes') }}
    where object = 'deal'
    group by object_id
),

-- history that goes on after the as-of date: what counts is the last entry before it, not the record's later state
later as (
    select distinct object_id as deal_id from {{ ref('stage_changes') }} where object = 'deal' and entered_at >= {{ cutoff() }}
),

stated as (
    select
        deals.*,
        case when later.deal_id is not null then closings.latest_stage_id else deals.stage_id end as stage_now,
        case
            when later.deal_id is not null then coalesce(closings.latest_status, 'open')
            when deals.status in ('open', 'won', 'lost') then deals.status
            when deals.status is null then coalesce(stages.status, closings.latest_status, 'open')
            else 'open'
        end as status_now,
        closings.last_won_at,
        closings.last_lost_at
    from deals
    left join later on deals.deal_id = later.deal_id
    left join closings on deals.deal_id = closings.deal_id
    left join {{ ref('dim_stages') }} as stages
        on stages.object = 'deal' and coalesce(deals.pipeline_id, '') = stages.pipeline_id and deals.stage_id = stages.stage_id
),

closed as (
    select
        *,
        case when status_now = 'won' then coalesce(last_won_at, closed_at, created_at) end as won_moment,
        case when status_now = 'lost' then coalesce(last_lost_at, closed_at, created_at) end as lost_moment
    from stated
),

known_state as (
    select
        *,
        case when won_moment < {{ cutoff() }} then won_moment end as won_at_known,
        case when lost_moment < {{ cutoff() }} then lost_moment end as lost_at_known
    from closed
),

valued as (
    select
        known_state.*,
        leads.region as lead_region,
        coalesce(known_state.won_at_known, known_state.lost_at_known) as closed_at_known,
        -- a won deal that tells no amount is worth what its orders are
        coalesce(known_state.amount, lines.lines_amount, case when known_state.won_at_known is not null then orders.amount end) as worth,
        case
            when coalesce(known_state.amount, lines.lines_amount) is null and known_state.won_at_known is not null
                then coalesce(orders.currency, known_state.currency)
            else known_state.currency
        end as worth_currency
    from known_state
    left join leads on known_state.lead_id = leads.lead_id
    left join {{ ref('int_line_totals') }} as lines on concat('deal:', known_state.deal_id) = lines.sale_id
    left join {{ ref('int_deal_orders') }} as orders on known_state.deal_id = orders.deal_id
),

dated as (
    select
        *,
        {{ local_date('created_at') }} as created_on,
        {{ local_date('won_at_known') }} as won_on,
        {{ local_date('lost_at_known') }} as lost_on,
        coalesce({{ local_date('closed_at_known') }}, {{ dbt.dateadd('day', -1, as_of()) }}) as rate_day
    from valued
)

select
    deals.deal_id,
    deals.source_system,
    deals.lead_id,
    identities.customer_key,
    identities.is_identified as is_customer_known,
    deals.employee_id,
    {{ known('employees.team') }} as team,
    coalesce(deals.pipeline_id, '') as pipeline_id,
    deals.stage_now as stage_id,
    case when deals.stage_now is not null then concat(coalesce(deals.pipeline_id, ''), ':', deals.stage_now) end as stage_key,
    case when deals.won_at_known is not null then 'won' when deals.lost_at_known is not null then 'lost' else 'open' end as status,
    deals.created_at,
    deals.created_on,
    deals.won_at_known as won_at,
    deals.won_on,
    deals.lost_at_known as lost_at,
    deals.lost_on,
    deals.expected_close_on,
    deals.worth as amount,
    coalesce(upper(deals.worth_currency), '{{ var("base_currency") }}') as currency,
    {{ to_base('deals.worth', 'rates') }} as amount_base,
    coalesce(deals.probability, stages.probability) as probability,
    origins.channel,
    origins.campaign,
    coalesce(customers.region, deals.region, deals.lead_region, '{{ var("unknown_member") }}') as region,
    {{ known('customers.segment') }} as customer_segment,
    coalesce(deals.point_of_sale, employees.point_of_sale, '{{ var("unknown_member") }}') as point_of_sale,
    deals.lost_reason,
    deals.order_id
from dated as deals
left join {{ ref('int_record_customers') }} as identities on concat('d:', deals.deal_id) = identities.record
left join {{ ref('dim_customers') }} as customers on identities.customer_key = customers.customer_key
left join {{ ref('dim_employees') }} as employees on deals.employee_id = employees.employee_id
left join {{ ref('dim_stages') }} as stages
    on stages.object = 'deal' and coalesce(deals.pipeline_id, '') = stages.pipeline_id and deals.stage_now = stages.stage_id
left join {{ ref('int_origins') }} as origins on concat('d:', deals.deal_id) = origins.record
{{ join_rate('rates', 'deals.worth_currency', 'deals.rate_day') }}
