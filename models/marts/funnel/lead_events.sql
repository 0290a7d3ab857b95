-- Grain: lead_id, event.
-- One step of one lead: created, qualified, rejected, won, each on its day.  What became of a lead later (a won deal, an answer, a second
-- contact) is counted on the day of its creation, or of its qualification.
with response_times as (
    select * from {{ ref('seed_response_times') }}
),

leads as (
    select
        facts.*,
        coalesce(own.minutes, of_channel.minutes, of_team.minutes, {{ var('sla_minutes') }}) * 60 as sla_seconds
    from {{ ref('fct_leads') }} as facts
    left join response_times as own on facts.channel = own.channel and facts.team = own.team
    left join response_times as of_channel on facts.channel = of_channel.channel and of_channel.team is null
    left join response_times as of_team on facts.team = of_team.team and of_team.channel is null
),

outcomes as (
    select
        leads.*,
        first_won_at is not null as has_won,
        not is_decided and created_on > {{ dbt.dateadd('day', -var('maturity_days'), as_of()) }} as is_open,
        first_contact_at is not null as is_answered,
        response_working_seconds <= sla_seconds as is_in_sla,
        working_age_seconds >= sla_seconds as is_old_enough,
        response_seconds <= sla_seconds as is_in_clock_sla,
        {{ seconds_between('leads.created_at', cutoff()) }} >= sla_seconds as is_old_enough_by_clock,
        {{ seconds_between('first_contact_at', 'second_contact_at') }} <= {{ var('follow_up_hours') }} * 3600 as is_followed_up_in_window,
        second_contact_at is null and {{ seconds_between('first_contact_at', cutoff()) }} < {{ var('follow_up_hours') }} * 3600 as may_be_followed_up
    from leads
),

steps as (
    select lead_id, 'created' as event, created_on as event_date from leads
    union all
    select lead_id, 'qualified', qualified_on from leads where qualified_on is not null
    union all
    select lead_id, 'rejected', rejected_on from leads where rejected_on is not null
    union all
    -- a lead is won once, by the first deal that came of it
    select lead_id, 'won', {{ local_date('first_won_at') }} from leads where first_won_at is not null
)

select
    steps.event_date,
    steps.event,
    leads.lead_id,
    case when leads.is_customer_known then leads.customer_key end as known_customer_key,
    leads.channel, leads.campaign, leads.source_system,
    {{ known('leads.employee_id') }} as manager,
    {{ known('employees.employee_name') }} as manager_name,
    leads.team, leads.region,
    {{ own_columns('lead_events', 'leads') -}}
    leads.reject_reason, leads.loss_group,
    {{ flag("event = 'created'") }} as leads_new,
    {{ flag("event = 'qualified'") }} as leads_qualified,
    {{ flag("event = 'rejected'") }} as leads_rejected,
    {{ flag("event = 'won'") }} as lead_wins,
    {{ flag("event = 'created' and has_won") }} as leads_won,
    {{ flag("event = 'created' and is_open") }} as leads_open,
    {{ flag("event = 'created' and not is_open") }} as leads_decided,
    {{ flag("event = 'qualified' and has_won") }} as leads_qualified_won,
    {{ flag("event = 'qualified' and is_open") }} as leads_qualified_open,
    {{ flag("event = 'qualified' and not is_open") }} as leads_qualified_decided,
    {{ flag("event = 'created' and is_answered") }} as leads_answered,
    {{ flag("event = 'created' and not is_answered") }} as leads_unanswered,
    {{ flag("event = 'created' and not is_answered and is_open") }} as leads_to_answer,
    case when event = 'created' then response_seconds / 60.0 end as response_minutes,
    case when event = 'created' then response_working_seconds / 60.0 end as response_working_minutes,
    {{ flag("event = 'created' and is_old_enough") }} as leads_judged_by_sla,
    {{ flag("event = 'created' and is_old_enough and is_in_sla") }} as leads_in_sla,
    {{ flag("event = 'created' and is_old_enough_by_clock") }} as leads_judged_by_clock_sla,
    {{ flag("event = 'created' and is_old_enough_by_clock and is_in_clock_sla") }} as leads_in_clock_sla,
    {{ flag("event = 'created' and second_contact_at is not null") }} as leads_followed_up,
    {{ flag("event = 'created' and is_followed_up_in_window") }} as leads_followed_up_in_window,
    {{ flag("event = 'created' and has_quality_follow_up") }} as leads_followed_up_well,
    {{ flag("event = 'created' and may_be_followed_up") }} as leads_to_follow_up
from steps
inner join outcomes as leads on steps.lead_id = leads.lead_id
left join {{ ref('dim_employees') }} as employees on leads.employee_id = employees.employee_id
