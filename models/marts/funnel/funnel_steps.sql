-- Grain: lead_id, step_no.
-- One lead and one step of the common funnel (lead, meeting, proposal, deal), on the day of the lead's creation, with whether the
-- lead ever reached it.  A later step implies the earlier ones.
with leads as (
    select *, not is_decided and created_on > {{ dbt.dateadd('day', -var('maturity_days'), as_of()) }} as is_open from {{ ref('fct_leads') }}
),

deals as (
    select * from {{ ref('fct_deals') }} where lead_id is not null
),

signs as (
    select lead_id, 3 as step_no from deals where won_at is not null
    union all
    select deals.lead_id, case changes.funnel_step when 'deal' then 2 when 'proposal' then 2 else 1 end
    from deals
    inner join {{ ref('fct_stage_changes') }} as changes on changes.object = 'deal' and deals.deal_id = changes.object_id
    where changes.funnel_step in ('meeting', 'proposal', 'deal')
    union all
    select object_id, case funnel_step when 'meeting' then 1 else 2 end
    from {{ ref('fct_stage_changes') }}
    where object = 'lead' and funnel_step in ('meeting', 'proposal')
    union all
    select lead_id, 2 from {{ ref('fct_quotes') }} where lead_id is not null
    union all
    select lead_id, 1 from {{ ref('int_contacts') }} where kind = 'meeting' and is_completed and lead_id is not null
),

furthest as (
    select lead_id, max(step_no) as step_no from signs group by lead_id
),

pipelines as (
    select lead_id, min(pipeline_id) as pipeline_id from deals group by lead_id
),

steps as (
    select 0 as step_no, 'lead' as step
    union all
    select 1, 'meeting'
    union all
    select 2, 'proposal'
    union all
    select 3, 'deal'
)

select
    leads.created_on as event_date,
    leads.lead_id,
    steps.step_no,
    steps.step as stage,
    leads.channel,
    {{ known('leads.employee_id') }} as manager,
    leads.team,
    {{ known('pipelines.pipeline_id') }} as pipeline,
    1 as funnel_leads,
    {{ flag('coalesce(furthest.step_no, 0) >= steps.step_no') }} as funnel_leads_reached,
    {{ flag('leads.is_open and coalesce(furthest.step_no, 0) < steps.step_no') }} as funnel_leads_open
from leads
cross join steps
left join furthest on leads.lead_id = furthest.lead_id
left join pipelines on leads.lead_id = pipelines.lead_id
