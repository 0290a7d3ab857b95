-- Grain: company_key, contact_key.
-- One company and one contact person whose visits, e-mails and calls count for it: those whose card names the company; where a
-- card names none, those whom leads, deals or quotes name beside it.
with told as (
    select contact, company, max({{ flag('record = contact') }}) as is_on_card
    from {{ ref('int_contact_companies') }}
    group by contact, company
),

ranked as (
    select *, max(is_on_card) over (partition by contact) as has_card from told
)

select distinct companies.customer_key as company_key, people.customer_key as contact_key
from ranked
inner join {{ ref('int_identity_clusters') }} as companies on ranked.company = companies.record
inner join {{ ref('int_identity_clusters') }} as people on ranked.contact = people.record
where ranked.is_on_card = ranked.has_card and companies.customer_key <> people.customer_key
