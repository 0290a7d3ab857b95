-- Grain: web_client_id.
-- One web client id (browser) with the person or company who was first known to use it.
with sightings as (
    select concat('c:', customer_id) as record, web_client_id, created_at as seen_at from {{ ref('customers') }}
    union all
    -- the browser of a lead or deal of a company and its contact is the contact's
    select coalesce(acting.contact, traces.record), traces.web_client_id, traces.created_at
    from {{ ref('int_traces') }} as traces
    left join {{ ref('int_contact_companies') }} as acting on traces.record = acting.record and acting.place = 1
    where left(traces.record, 2) <> 'v:'
),

-- a record that has only its browser to tell who it is says nothing of whose browser it is
strong_records as (
    select record from {{ ref('int_identity_links') }} group by record having count(*) > 1 or left(record, 2) = 'c:'
),

ranked as (
    select
        sightings.web_client_id,
        identities.customer_key,
        row_number() over (
            partition by sightings.web_client_id
            order by case when strong_records.record is null then 1 else 0 end, sightings.seen_at nulls last, identities.customer_key
        ) as place
    from sightings
    inner join {{ ref('int_identities') }} as identities on sightings.record = identities.record
    left join strong_records on sightings.record = strong_records.record
    where sightings.web_client_id is not null
)

select web_client_id, customer_key
from ranked
where place = 1
