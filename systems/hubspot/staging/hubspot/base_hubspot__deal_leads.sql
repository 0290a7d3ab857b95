-- Grain: deal_id.
-- One accepted deal with the lead that it is of: the one that names it, else the last one that its first contact had by then.
with deals as (
    select * from {{ ref('base_hubspot__deals') }} where row_status = 'accepted'
),

leads as (
    select * from {{ ref('base_hubspot__lead_records') }}
),

candidates as (
    select deals.deal_id, leads.lead_id, leads.created_at, 0 as place
    from deals
    inner join leads on deals.deal_id = leads.deal_id
    union all
    select deals.deal_id, leads.lead_id, leads.created_at, 1
    from deals
    left join {{ ref('base_hubspot__merges') }} as merged_contacts
        on merged_contacts.object = 'contact' and deals.contact_id = merged_contacts.merged_id
    inner join leads
        on coalesce(merged_contacts.record_id, deals.contact_id) = leads.contact_id and leads.created_at <= deals.created_at
),

numbered as (
    select deal_id, lead_id, row_number() over (partition by deal_id order by place asc, created_at desc, lead_id asc) as row_no from candidates
)

select
    deal_id,
    lead_id
from numbered
where row_no = 1
