-- Grain: identifier.
-- One identifier (the name of a record or customer, a hashed e-mail or phone) with the person or company who carries it.
select
    links.identifier,
    min(identities.customer_key) as customer_key
from {{ ref('int_identity_links') }} as links
inner join {{ ref('int_identities') }} as identities on links.record = identities.record
group by links.identifier
