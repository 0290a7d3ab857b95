-- Grain: identifier.
-- One identifier (the name of a record or customer, a hashed e-mail or phone) with the person or company who carries it.
select
    links.identifier,
    min(clusters.customer_key) as customer_key
from {{ ref('int_identity_edges') }} as links
inner join {{ ref('int_identity_clusters') }} as clusters on links.record = clusters.record
group by links.identifier
