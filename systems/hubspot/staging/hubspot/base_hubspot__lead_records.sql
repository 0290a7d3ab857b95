-- Grain: lead_id.
-- One lead and what has become of it: a contact, or an accepted record of the object Leads, as the variable hubspot_leads says. Of those records
-- whatever has a deal and was not turned down is converted.
with leads as (
    select * from {{ ref('base_hubspot__leads') }} where row_status = 'accepted' and '{{ var("hubspot_leads") }}' = 'leads'
),

stages as (
    select * from {{ ref('base_hubspot__lead_stages') }} where property = 'hs_pipeline_stage'
),

deals as (
    select * from {{ ref('base_hubspot__deals') }} where row_status = 'accepted'
),

entries as (
    select
        history.record_id,
        min(case when stages.status_class = 'qualified' then history.happened_at end) as qualified_at,
        max(case when stages.status_class = 'rejected' then history.happened_at end) as rejected_at
    from {{ ref('base_hubspot__property_history') }} as history
    inner join stages on history.value = stages.stage_id
    where history.row_status = 'accepted' and history.object = 'leads'
    group by history.record_id
)

select
    'lead_' || leads.record_id as lead_id,
    'leads' as object,
    leads.record_id,
    coalesce(merged_contacts.record_id, leads.contact_id) as contact_id,
    leads.deal_id,
    leads.created_at,
    case
        when deals.deal_id is not null and coalesce(stages.status_class, '') <> 'rejected' then 'converted'
        else coalesce(stages.status_class, 'in_progress')
    end as status_class,
    leads.stage_id as status,
    entries.qualified_at,
    deals.created_at as converted_at,
    entries.rejected_at
from leads
left join {{ ref('base_hubspot__merges') }} as merged_contacts
    on merged_contacts.object = 'contact' and leads.contact_id = merged_contacts.merged_id
left join stages on leads.stage_id = stages.stage_id
left join deals on leads.deal_id = deals.deal_id
left join entries on leads.record_id = entries.record_id
union all
select
    contact_id as lead_id, 'contacts' as object, contact_id as record_id, contact_id, null as deal_id, created_at, status_class, status, qualified_at,
    converted_at, rejected_at
from {{ ref('base_hubspot__lead_paths') }}
