-- Proves that identity_passes were enough: records that share an identifier belong to one and the same person or company.
select
    links.identifier,
    count(distinct identities.customer_key) as customers
from {{ ref('int_identity_links') }} as links
inner join {{ ref('int_identities') }} as identities on links.record = identities.record
group by links.identifier
having count(distinct identities.customer_key) > 1
