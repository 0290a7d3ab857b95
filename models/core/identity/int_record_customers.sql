-- Grain: record.
-- One deal, lead or order with its person or company.  A record without any strong identifier takes the one of its browser.
with records as (
    select record, web_client_id from {{ ref('int_record_utms') }} where left(record, 2) <> 'v:'
),

strong_records as (
    select record from {{ ref('int_identity_edges') }} group by record having count(*) > 1
)

select
    records.record,
    case
        when strong_records.record is not null then clusters.customer_key
        else coalesce(clients.customer_key, clusters.customer_key)
    end as customer_key,
    strong_records.record is not null or clients.customer_key is not null as is_identified
from records
inner join {{ ref('int_identity_clusters') }} as clusters on records.record = clusters.record
left join strong_records on records.record = strong_records.record
left join {{ ref('int_web_clients') }} as clients on records.web_client_id = clients.web_client_id
