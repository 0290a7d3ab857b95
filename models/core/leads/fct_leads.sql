-- Grain: lead_id.
-- One lead, as known on the as-of date.
with leads as (
    select
        *,
        {{ local_date('created_at') }} as created_on
    from {{ ref('leads') }}
    where created_at < {{ cutoff() }}
),

led_to as (
    select
        lead_id,
        min(won_at) as first_won_at,
        max({{ flag("status = 'open'") }}) as has_open_deal
    from {{ ref('fct_deals') }}
    where lead_id is not null
    group by lead_id
)

select
    leads.lead_id,
    leads.source_system,
    {{ source_id('leads.lead_id') }} as source_id,
    {{ record_url('leads.lead_id') }} as record_url,
    clusters.customer_key,
    clusters.is_identified as is_customer_known,
    leads.employee_id,
    {{ known('employees.team') }} as team,
    leads.created_at,
    leads.created_on,
    leads.status,
    states.qualified_at,
    {{ local_date('states.qualified_at') }} as qualified_on,
    states.converted_at,
    states.rejected_at,
    {{ local_date('states.rejected_at') }} as rejected_on,
    case when states.rejected_at is not null then {{ known('leads.reject_reason') }} end as reject_reason,
    case when states.rejected_at is not null then {{ known('losses.loss_group') }} end as loss_group,
    record_channels.channel,
    record_channels.campaign,
    coalesce(customers.region, leads.region, '{{ var("unknown_member") }}') as region,
    {{ page_of('leads.landing_page') }} as landing_page,
    contacts.first_contact_at,
    contacts.second_contact_at,
    coalesce(contacts.contacts, 0) as contacts,
    coalesce(contacts.has_quality_follow_up, false) as has_quality_follow_up,
    responses.response_seconds,
    responses.response_working_seconds,
    responses.working_age_seconds,
    led_to.first_won_at,
    {{ own_columns('fct_leads', {'leads': 'leads', 'customers': 'customers'}) -}}
    -- one without a deal is decided by its rejection alone
    led_to.first_won_at is not null or coalesce(led_to.has_open_deal, {{ flag('states.rejected_at is null') }}) = 0 as is_decided
from leads
left join {{ ref('int_lead_states') }} as states on leads.lead_id = states.lead_id
left join {{ ref('int_lead_contacts') }} as contacts on leads.lead_id = contacts.lead_id
left join {{ ref('int_lead_responses') }} as responses on leads.lead_id = responses.lead_id
left join led_to on leads.lead_id = led_to.lead_id
left join {{ ref('int_record_customers') }} as clusters on concat('l:', leads.lead_id) = clusters.record
left join {{ ref('dim_customers') }} as customers on clusters.customer_key = customers.customer_key
left join {{ ref('dim_employees') }} as employees on leads.employee_id = employees.employee_id
left join {{ ref('int_loss_groups') }} as losses on leads.reject_reason = losses.reason
left join {{ ref('int_record_channels') }} as record_channels on concat('l:', leads.lead_id) = record_channels.record
{{ join_record_page("'lead'", 'leads.lead_id') }}
