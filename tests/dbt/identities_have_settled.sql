-- Proves that identity_passes were enough: records that share an identifier belong to one and the same person or company.
select
    links.identifier,
    count(distinct clusters.customer_key) as customers
from {{ ref('int_identity_edges') }} as links
inner join {{ ref('int_identity_clusters') }} as clusters on links.record = clusters.record
group by links.identifier
having count(distinct clusters.customer_key) > 1
