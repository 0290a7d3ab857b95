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

held as (
    select * from {{ ref('int_contacts') }} where is_completed
),

-- a contact with the deal, with the lead that it came from or, since either came in, with its customer and no deal or lead in particular
told as (
    select deals.deal_id, deals.won_at, held.occurred_at, held.is_response
    from deals
    inner join held on deals.deal_id = held.deal_id
    union all
    select deals.deal_id, deals.won_at, held.occurred_at, held.is_response
    from deals
    inner join held on deals.lead_id = held.lead_id and held.deal_id is null
    union all
    select deals.deal_id, deals.won_at, held.occurred_at, held.is_response
    from held
    inner join {{ ref('int_identities') }} as identities on concat('c:', held.customer_id) = identities.record
    inner join deals on identities.customer_key = deals.customer_key
    left join {{ ref('leads') }} as leads on deals.lead_id = leads.lead_id
    where held.deal_id is null and held.lead_id is null and held.occurred_at >= least(deals.created_at, coalesce(leads.created_at, deals.created_at))
),

contacts as (
    select
        deal_id,
        min(case when is_response then occurred_at end) as first_contact_at,
        count(*) as contacts
    from told
    where occurred_at <= coalesce(won_at, occurred_at)
    group by deal_id
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
