-- Grain: deal_id.
-- One deal, as known on the as-of date.
with deals as (
    select
        deals.*,
        states.pipeline_id as pipeline_now,
        states.stage_id as stage_now,
        states.status as status_now,
        states.won_at,
        states.lost_at
    from {{ ref('deals') }} as deals
    inner join {{ ref('int_deal_states') }} as states on deals.deal_id = states.deal_id
),

leads as (
    select * from {{ ref('leads') }}
),

valued as (
    select
        deals.*,
        leads.region as lead_region,
        coalesce(deals.won_at, deals.lost_at) as closed_at_known,
        -- an amount of nought beside lines or paid orders tells none
        coalesce(nullif(deals.amount, 0), nullif(lines.lines_amount, 0)) as told_amount,
        coalesce(deals.amount, lines.lines_amount) as nought,
        case when deals.won_at is not null then orders.amount end as orders_amount,
        case when deals.won_at is not null then orders.kept_amount end as orders_kept_amount,
        case when deals.won_at is not null then orders.currency end as orders_currency
    from deals
    left join leads on deals.lead_id = leads.lead_id
    left join {{ ref('int_line_totals') }} as lines on concat('deal:', deals.deal_id) = lines.sale_id
    left join {{ ref('int_deal_orders') }} as orders on deals.deal_id = orders.deal_id
),

-- A won deal that tells no amount is worth what its orders are; one that was cut to what was kept of them was worth all of it when it was won.
worthy as (
    select
        *,
        case
            when told_amount is null then coalesce(orders_amount, nought)
            when told_amount = orders_kept_amount and coalesce(currency, orders_currency) = orders_currency then orders_amount
            else told_amount
        end as worth,
        case when told_amount is null then coalesce(orders_currency, currency) else currency end as worth_currency
    from valued
),

dated as (
    select
        *,
        {{ local_date('created_at') }} as created_on,
        {{ local_date('won_at') }} as won_on,
        {{ local_date('lost_at') }} as lost_on,
        coalesce({{ local_date('closed_at_known') }}, {{ dbt.dateadd('day', -1, as_of()) }}) as rate_day
    from worthy
)

select
    deals.deal_id,
    deals.source_system,
    {{ source_id('deals.deal_id') }} as source_id,
    {{ record_url('deals.deal_id') }} as record_url,
    deals.lead_id,
    clusters.customer_key,
    clusters.is_identified as is_customer_known,
    deals.employee_id,
    {{ known('employees.team') }} as team,
    deals.pipeline_now as pipeline_id,
    deals.stage_now as stage_id,
    case when deals.stage_now is not null then concat(deals.pipeline_now, ':', deals.stage_now) end as stage_key,
    deals.status_now as status,
    deals.created_at,
    deals.created_on,
    deals.won_at,
    deals.won_on,
    deals.lost_at,
    deals.lost_on,
    deals.expected_close_on,
    deals.worth as amount,
    coalesce(upper(deals.worth_currency), '{{ var("base_currency") }}') as currency,
    {{ to_base('deals.worth', 'rates') }} as amount_base,
    coalesce(deals.probability, stages.probability) as probability,
    record_channels.channel,
    record_channels.campaign,
    coalesce(customers.region, deals.region, deals.lead_region, '{{ var("unknown_member") }}') as region,
    {{ known('customers.segment') }} as customer_segment,
    coalesce(deals.point_of_sale, employees.point_of_sale, '{{ var("unknown_member") }}') as point_of_sale,
    deals.lost_reason,
    deals.order_id
from dated as deals
left join {{ ref('int_record_customers') }} as clusters on concat('d:', deals.deal_id) = clusters.record
left join {{ ref('dim_customers') }} as customers on clusters.customer_key = customers.customer_key
left join {{ ref('dim_employees') }} as employees on deals.employee_id = employees.employee_id
left join {{ ref('dim_stages') }} as stages
    on stages.object = 'deal' and deals.pipeline_now = stages.pipeline_id and deals.stage_now = stages.stage_id
left join {{ ref('int_record_channels') }} as record_channels on concat('d:', deals.deal_id) = record_channels.record
{{ join_record_page("'deal'", 'deals.deal_id') }}
{{ join_rate('rates', 'deals.worth_currency', 'deals.rate_day') }}
