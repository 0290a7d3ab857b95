-- Grain: deal_id.
-- One deal, as known on the as-of date.
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
    states.pipeline_id,
    states.stage_id,
    case when states.stage_id is not null then concat(states.pipeline_id, ':', states.stage_id) end as stage_key,
    states.status,
    deals.created_at,
    {{ local_date('deals.created_at') }} as created_on,
    states.won_at,
    {{ local_date('states.won_at') }} as won_on,
    states.lost_at,
    {{ local_date('states.lost_at') }} as lost_on,
    deals.expected_close_on,
    amounts.amount,
    amounts.currency,
    amounts.amount_base,
    coalesce(deals.probability, stages.probability) as probability,
    record_channels.channel,
    record_channels.campaign,
    coalesce(customers.region, deals.region, leads.region, '{{ var("unknown_member") }}') as region,
    {{ known('customers.segment') }} as customer_segment,
    coalesce(deals.point_of_sale, employees.point_of_sale, '{{ var("unknown_member") }}') as point_of_sale,
    deals.lost_reason,
    case when states.lost_at is not null then {{ known('losses.loss_group') }} end as loss_group,
    {{ own_columns('fct_deals', {'deals': 'deals', 'leads': 'leads', 'customers': 'customers'}) -}}
    deals.order_id
from {{ ref('deals') }} as deals
inner join {{ ref('int_deal_states') }} as states on deals.deal_id = states.deal_id
inner join {{ ref('int_deal_amounts') }} as amounts on deals.deal_id = amounts.deal_id
left join {{ ref('leads') }} as leads on deals.lead_id = leads.lead_id
left join {{ ref('int_record_customers') }} as clusters on concat('d:', deals.deal_id) = clusters.record
left join {{ ref('dim_customers') }} as customers on clusters.customer_key = customers.customer_key
left join {{ ref('dim_employees') }} as employees on deals.employee_id = employees.employee_id
left join {{ ref('dim_stages') }} as stages
    on stages.object = 'deal' and states.pipeline_id = stages.pipeline_id and states.stage_id = stages.stage_id
left join {{ ref('int_loss_groups') }} as losses on deals.lost_reason = losses.reason
left join {{ ref('int_record_channels') }} as record_channels on concat('d:', deals.deal_id) = record_channels.record
{{ join_record_page("'deal'", 'deals.deal_id') }}
