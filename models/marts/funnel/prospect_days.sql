-- Grain: one person or company on one day as a potential customer: a lead came in, a deal was open, or the first sale was made.
select created_on as event_date, customer_key, channel, region from {{ ref('fct_leads') }}
union
select event_date, customer_key, channel, region from {{ ref('pipeline_daily') }}
union
select created_on, customer_key, channel, region from {{ ref('fct_deals') }}
union
select sold_on, customer_key, channel, region from {{ ref('fct_sales') }} where customer_sale_no = 1
