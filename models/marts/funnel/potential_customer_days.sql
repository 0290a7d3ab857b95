-- Grain: event_date, customer_key, channel, region.
-- One person or company on one day as a potential customer: a lead came in, a deal was open, or the first sale was made.
with potential_customers as (
    select created_on as event_date, customer_key, channel, region from {{ ref('fct_leads') }}
    union
    select event_date, customer_key, channel, region from {{ ref('pipeline_daily') }}
    union
    select created_on, customer_key, channel, region
    from {{ ref('fct_deals') }}
    -- one entered after it was closed was open on no day that anybody knows
    where coalesce(created_at < coalesce(won_at, lost_at), true)
    union
    -- on the day that it was closed a deal was still open
    select {{ local_date('stays.left_at') }}, deals.customer_key, deals.channel, deals.region
    from {{ ref('fct_stage_changes') }} as stays
    inner join {{ ref('fct_deals') }} as deals on stays.object_id = deals.deal_id
    where stays.object = 'deal' and stays.status = 'open' and stays.left_at is not null
    union
    select sold_on, customer_key, channel, region from {{ ref('fct_sales') }} where customer_sale_no = 1
),

-- a contact of one company who has bought nothing himself asks for his company
companies as (
    select people.contact_key, min(people.company_key) as company_key
    from {{ ref('int_company_people') }} as people
    left join {{ ref('buyers') }} as buyers on people.contact_key = buyers.customer_key
    where buyers.customer_key is null
    group by people.contact_key
    having count(*) = 1
)

select distinct
    potential_customers.event_date,
    coalesce(companies.company_key, potential_customers.customer_key) as customer_key,
    potential_customers.channel,
    potential_customers.region
from potential_customers
left join companies on potential_customers.customer_key = companies.contact_key
