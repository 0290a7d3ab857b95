-- Grain: type, engagement_id.
-- One accepted engagement with the record that it is about, the deal before the lead before the customer; what was merged is what it was merged into.
with engagements as (
    select * from {{ ref('base_hubspot__engagements') }} where row_status = 'accepted'
),

merged_records as (
    select * from {{ ref('base_hubspot__merges') }}
),

merged as (
    select
        engagements.*,
        coalesce(deals.record_id, engagements.deal_id) as known_deal_id,
        coalesce(contacts.record_id, engagements.contact_id) as known_contact_id
    from engagements
    left join merged_records as deals on deals.object = 'deal' and engagements.deal_id = deals.merged_id
    left join merged_records as contacts on contacts.object = 'contact' and engagements.contact_id = contacts.merged_id
),

leads as (
    select
        merged.type,
        merged.engagement_id,
        leads.lead_id,
        leads.created_at,
        leads.created_at <= coalesce(merged.happened_at, merged.created_at) as was_there
    from merged
    inner join {{ ref('base_hubspot__lead_records') }} as leads on merged.known_contact_id = leads.contact_id
),

-- of several leads of a contact the last one that was there by then, else the first one
last_leads as (
    select
        type,
        engagement_id,
        lead_id,
        row_number() over (
            partition by type, engagement_id
            order by
                case when was_there then 0 else 1 end asc, case when was_there then created_at end desc, created_at asc, lead_id desc
        ) as row_no
    from leads
),

owned as (
    select
        merged.*,
        last_leads.lead_id,
        coalesce('contact_' || known_contact_id, 'company_' || company_id) as customer_id,
        case
            when known_deal_id is not null then 'deal'
            when last_leads.lead_id is not null then 'lead'
            when coalesce(known_contact_id, company_id) is not null then 'customer'
        end as object
    from merged
    left join last_leads
        on merged.type = last_leads.type and merged.engagement_id = last_leads.engagement_id and last_leads.row_no = 1
)

select
    type,
    engagement_id,
    customer_id,
    object,
    case object when 'deal' then known_deal_id when 'lead' then lead_id else customer_id end as object_id
from owned
