-- Grain: contact_id.
-- One accepted contact that is or was a lead by its lifecycle stage or its lead status: since when, and what has become of it.
with stages as (
    select * from {{ ref('base_hubspot__lead_stages') }}
),

contacts as (
    select contacts.*
    from {{ ref('base_hubspot__contacts') }} as contacts
    left join {{ ref('base_hubspot__merges') }} as merged_records
        on merged_records.object = 'contact' and contacts.contact_id = merged_records.merged_id
    where contacts.row_status = 'accepted' and merged_records.merged_id is null
),

entries as (
    select
        history.record_id as contact_id,
        stages.status_class,
        history.happened_at
    from {{ ref('base_hubspot__property_history') }} as history
    inner join stages on history.property = stages.property and history.value = stages.stage_id
    where history.row_status = 'accepted' and history.object = 'contacts'
),

-- a contact that came as a customer was never a lead
begun as (
    select
        contact_id,
        min(happened_at) as became_lead_at
    from entries
    where status_class <> 'converted'
    group by contact_id
),

dated as (
    select
        begun.contact_id,
        begun.became_lead_at,
        min(case when entries.status_class = 'qualified' then entries.happened_at end) as qualified_at,
        min(case when entries.status_class = 'converted' then entries.happened_at end) as converted_at,
        max(case when entries.status_class = 'rejected' then entries.happened_at end) as rejected_at
    from begun
    inner join entries on begun.contact_id = entries.contact_id and entries.happened_at >= begun.became_lead_at
    group by begun.contact_id, begun.became_lead_at
),

-- what was won stays won, whatever status was left beside it
stated as (
    select
        contacts.*,
        dated.became_lead_at,
        dated.qualified_at,
        dated.converted_at,
        dated.rejected_at,
        concat_ws(' ', by_stage.status_class, by_status.status_class) as classes
    from contacts
    left join dated on contacts.contact_id = dated.contact_id
    left join stages as by_stage on by_stage.property = 'lifecyclestage' and contacts.lifecycle_stage = by_stage.stage_id
    left join stages as by_status on by_status.property = 'hs_lead_status' and contacts.lead_status = by_status.stage_id
)

select
    contact_id,
    coalesce(became_lead_at, created_at) as created_at,
    case
        {%- for class in ['converted', 'rejected', 'qualified', 'in_progress'] %}
        when classes like '%{{ class }}%' then '{{ class }}'
        {%- endfor %}
        else 'new'
    end as status_class,
    coalesce(lead_status, lifecycle_stage) as status,
    qualified_at,
    converted_at,
    rejected_at
from stated
where became_lead_at is not null or replace(replace(classes, 'converted', ''), ' ', '') <> ''
