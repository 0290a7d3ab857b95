-- Grain: one deal, with what is known of it from elsewhere: its main product group, its first contact and its touchpoints before the win.
with deals as (
    select * from {{ ref('fct_deals') }}
),

groups as (
    select
        lines.deal_id,
        products.product_group,
        row_number() over (partition by lines.deal_id order by sum(lines.amount) desc, products.product_group) as place
    from {{ ref('deal_lines') }} as lines
    left join {{ ref('dim_products') }} as products on lines.product_id = products.product_id
    group by lines.deal_id, products.product_group
),

-- a contact with the deal or with the lead that it came from
contacts as (
    select
        deals.deal_id,
        min(case when contacts.is_response then contacts.occurred_at end) as first_contact_at,
        count(*) as contacts
    from deals
    inner join {{ ref('int_contacts') }} as contacts
        on deals.deal_id = contacts.deal_id or (contacts.deal_id is null and deals.lead_id = contacts.lead_id)
    where contacts.is_completed and contacts.occurred_at <= coalesce(deals.won_at, contacts.occurred_at)
    group by deals.deal_id
),

visits as (
    select
        deals.deal_id,
        count(*) as visits
    from deals
    inner join {{ ref('int_web_clients') }} as clients on deals.customer_key = clients.customer_key
    inner join {{ ref('web_sessions') }} as sessions on clients.web_client_id = sessions.web_client_id and sessions.started_at <= deals.won_at
    group by deals.deal_id
)

select
    deals.deal_id,
    {{ known('groups.product_group') }} as product_group,
    contacts.first_contact_at,
    coalesce(contacts.contacts, 0) + coalesce(visits.visits, 0) as touchpoints,
    {{ seconds_between('coalesce(contacts.first_contact_at, deals.created_at)', 'deals.won_at') }} / 86400.0 as cycle_days
from deals
left join groups on deals.deal_id = groups.deal_id and groups.place = 1
left join contacts on deals.deal_id = contacts.deal_id
left join visits on deals.deal_id = visits.deal_id
