-- Grain: deal_id.
-- One deal, with what is known of it from elsewhere: its main product group, its first contact and its touchpoints before the win.
with deals as (
    select
        deals.*,
        states.is_closing_told
    from {{ ref('fct_deals') }} as deals
    inner join {{ ref('int_deal_states') }} as states on deals.deal_id = states.deal_id
),

groups as (
    select
        lines.deal_id,
        products.product_group,
        row_number() over (partition by lines.deal_id order by sum(lines.amount) desc, products.product_group) as row_no
    from {{ ref('deal_lines') }} as lines
    left join {{ ref('dim_products') }} as products on lines.product_id = products.product_id
    group by lines.deal_id, products.product_group
),

people as (
    select deals.deal_id, people.customer_key
    from deals
    inner join {{ ref('int_record_people') }} as people on concat('d:', deals.deal_id) = people.record
),

held as (
    select
        *,
        {{ start_of_told_day('occurred_at') }} as from_at,
        {{ start_of_told_day('ended_at') }} as over_at
    from {{ ref('int_contacts') }}
    where is_completed
),

-- a contact with the deal, with the lead that it came from or, since either came in (or just before, when it came from the contact), with
-- its customer or a contact of his, and no deal or lead in particular
told as (
    select deals.deal_id, deals.won_at, held.occurred_at, held.from_at, held.is_response
    from deals
    inner join held on deals.deal_id = held.deal_id
    union all
    select deals.deal_id, deals.won_at, held.occurred_at, held.from_at, held.is_response
    from deals
    inner join held on deals.lead_id = held.lead_id and held.deal_id is null
    union all
    select deals.deal_id, deals.won_at, held.occurred_at, held.from_at, held.is_response
    from held
    inner join {{ ref('int_identity_clusters') }} as clusters on concat('c:', held.customer_id) = clusters.record
    inner join people on clusters.customer_key = people.customer_key
    inner join deals on people.deal_id = deals.deal_id
    left join {{ ref('leads') }} as leads on deals.lead_id = leads.lead_id
    where
        held.deal_id is null and held.lead_id is null
        and (
            held.occurred_at >= least(deals.created_at, coalesce(leads.created_at, deals.created_at))
            or held.over_at >= {{ add_seconds(
                'least(deals.created_at, coalesce(leads.created_at, deals.created_at))', '-60 * ' ~ var('contact_makes_lead_minutes')
            ) }}
        )
),

contacts as (
    select
        deal_id,
        min(case when is_response then occurred_at end) as first_contact_at,
        count(*) as contacts
    from told
    where from_at <= coalesce(won_at, from_at)
    group by deal_id
),

visits as (
    select
        deals.deal_id,
        count(*) as visits
    from deals
    inner join people on deals.deal_id = people.deal_id
    inner join {{ ref('int_web_clients') }} as clients on people.customer_key = clients.customer_key
    inner join {{ ref('web_sessions') }} as sessions on clients.web_client_id = sessions.web_client_id and sessions.started_at <= deals.won_at
    group by deals.deal_id
)

select
    deals.deal_id,
    {{ known('groups.product_group') }} as product_group,
    contacts.first_contact_at,
    coalesce(contacts.contacts, 0) + coalesce(visits.visits, 0) as touchpoints,
    -- not known of a win that nobody dates, nor of a deal entered on a later day than it was won
    case
        when deals.is_closing_told and deals.won_on >= deals.created_on
            then {{ seconds_taken('coalesce(contacts.first_contact_at, deals.created_at)', 'deals.won_at') }} / 86400.0
    end as cycle_days
from deals
left join groups on deals.deal_id = groups.deal_id and groups.row_no = 1
left join contacts on deals.deal_id = contacts.deal_id
left join visits on deals.deal_id = visits.deal_id
