-- Grain: deal_id.
-- One accepted deal with the lead that it is of: the one that names it, else the last one that its first contact had by then.
with deals as (
    select * from {{ ref('base_hubspot__deals') }} where row_status = 'accepted'
),

candidates as (
    select
        deals.deal_id,
        leads.lead_id,
        row_number() over (
            partition by deals.deal_id
            order by case when leads.deal_id = deals.deal_id then 0 else 1 end asc, leads.created_at desc, leads.lead_id asc
        ) as row_no
    from deals
    left join {{ ref('base_hubspot__merges') }} as merged_contacts
        on merged_contacts.object = 'contact' and deals.contact_id = merged_contacts.merged_id
    inner join {{ ref('base_hubspot__lead_records') }} as leads
        on coalesce(merged_contacts.record_id, deals.contact_id) = leads.contact_id
        and (leads.created_at <= deals.created_at or leads.deal_id = deals.deal_id)
)

select
    deal_id,
    lead_id
from candidates
where row_no = 1
