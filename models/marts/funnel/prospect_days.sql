-- Grain: one person or company on one day as a potential customer: a lead came in, a deal was open, or the first sale was made.
select created_on as event_date, customer_key, channel, region from {{ ref('fct_leads') }}
union
select event_date, customer_key, channel, region from {{ ref('pipeline_daily') }}
union
select created_on, customer_key, channel, region from {{ ref('fct_deals') }}
union
-- on the day that it was closed a deal was still open
select {{ local_date('stays.left_at') }}, deals.customer_key, deals.channel, deals.region
from {{ ref('fct_stage_changes') }} as stays
inner join {{ ref('fct_deals') }} as deals on stays.object_id = deals.deal_id
where stays.object = 'deal' and stays.status = 'open' and stays.left_at is not null
union
select sold_on, customer_key, channel, region from {{ ref('fct_sales') }} where customer_sale_no = 1
