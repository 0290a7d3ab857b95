-- Grain: record, kind, identifier.
-- One record (customer, lead, deal, order) and one phone or e-mail (hashed) that it carries, with how many people carry it and whether it
-- ties them.  A contact and his company are two customers: each has what stands on its own card, and what stands on both is the company's.
with carriers as (
    select * from {{ ref('int_contact_carriers') }}
),

pairs as (
    select distinct contact, company from {{ ref('int_contact_companies') }}
),

company_data as (
    select pairs.contact, pairs.company, carriers.identifier
    from pairs
    inner join carriers on pairs.company = carriers.record
),

-- what stands on the company's card does not tell its contact
without_company_data as (
    select carriers.*
    from carriers
    left join company_data on carriers.card = company_data.contact and carriers.identifier = company_data.identifier
    where company_data.contact is null
),

-- whoever names the company, or carries what stands on its card, writes for the company
company_records as (
    select carriers.record, pairs.company from carriers inner join pairs on carriers.card = pairs.company
    union
    select carriers.record, company_data.company
    from without_company_data as carriers
    inner join company_data on carriers.identifier = company_data.identifier
),

-- and what else such a record carries does not tell the company where it stands on the contact's card
contact_data as (
    select distinct company_records.record, carriers.identifier
    from company_records
    inner join pairs on company_records.company = pairs.company
    inner join without_company_data as carriers on pairs.contact = carriers.record
    where company_records.record <> pairs.contact
),

kept as (
    select carriers.*
    from without_company_data as carriers
    left join contact_data on carriers.record = contact_data.record and carriers.identifier = contact_data.identifier
    where contact_data.record is null
),

-- people are different cards or, of records without a card, those with different contact data of the other kind: a customer who orders a
-- hundred times with the same number is one
counted as (
    select
        kept.identifier,
        count(distinct coalesce(kept.card, case when others.kind <> kept.kind then others.identifier end)) as people
    from kept
    left join kept as others on kept.record = others.record and others.card is null
    group by kept.identifier
)

select distinct
    kept.record,
    kept.kind,
    kept.identifier,
    counted.people,
    counted.people <= {{ var('max_people_per_contact') }} as is_tie
from kept
inner join counted on kept.identifier = counted.identifier
