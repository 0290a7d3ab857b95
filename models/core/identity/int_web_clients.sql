-- Grain: web_client_id.
-- One web client id (browser) with the person or company who was first known to use it.
with sightings as (
    select concat('c:', customer_id) as record, web_client_id, created_at as seen_at from {{ ref('customers') }}
    union all
    -- the browser of a lead or deal of a company and its contact is the contact's
    select coalesce(acting.contact, record_utms.record), record_utms.web_client_id, record_utms.created_at
    from {{ ref('int_record_utms') }} as record_utms
    left join {{ ref('int_contact_companies') }} as acting on record_utms.record = acting.record and acting.contact_no = 1
    where left(record_utms.record, 2) <> 'v:'
),

-- a record that has only its browser to tell who it is says nothing of whose browser it is
strong_records as (
    select record from {{ ref('int_identity_edges') }} group by record having count(*) > 1 or left(record, 2) = 'c:'
),

ranked as (
    select
        sightings.web_client_id,
        clusters.customer_key,
        row_number() over (
            partition by sightings.web_client_id
            order by case when strong_records.record is null then 1 else 0 end, sightings.seen_at nulls last, clusters.customer_key
        ) as row_no
    from sightings
    inner join {{ ref('int_identity_clusters') }} as clusters on sightings.record = clusters.record
    left join strong_records on sightings.record = strong_records.record
    where sightings.web_client_id is not null
)

select web_client_id, customer_key
from ranked
where row_no = 1
