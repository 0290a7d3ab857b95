-- Grain: deal_id.
-- One deal with the contacts that were held before its win: how many, and when the first one that answered the customer was.  They are those
-- with the deal, with the lead that it came from or, since either came in (or just before, when it came from the contact), with its customer
-- or a contact of his, and no deal or lead in particular.
with deals as (
    select
        deals.deal_id,
        deals.lead_id,
        states.won_at,
        least(deals.created_at, coalesce(leads.created_at, deals.created_at)) as came_at
    from {{ ref('deals') }} as deals
    inner join {{ ref('int_deal_states') }} as states on deals.deal_id = states.deal_id
    left join {{ ref('leads') }} as leads on deals.lead_id = leads.lead_id
),

held as (
    select
        *,
        {{ start_of_told_day('occurred_at') }} as from_at,
        {{ start_of_told_day('ended_at') }} as over_at
    from {{ ref('int_contacts') }}
    where is_completed
),

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
    inner join {{ ref('int_record_people') }} as people on clusters.customer_key = people.customer_key
    inner join deals on people.record = concat('d:', deals.deal_id)
    where
        held.deal_id is null and held.lead_id is null
        and (
            held.occurred_at >= deals.came_at
            or held.over_at >= {{ add_seconds('deals.came_at', '-60 * ' ~ var('contact_makes_lead_minutes')) }}
        )
)

select
    deal_id,
    min(case when is_response then occurred_at end) as first_contact_at,
    count(*) as contacts
from told
where from_at <= coalesce(won_at, from_at)
group by deal_id
