-- Grain: one member of a dimension whose key is not what a report prints.
select 'manager' as dimension, employee_id as dimension_key, employee_name as dimension_value from {{ ref('dim_employees') }}
union all
select 'product', product_id, product_name from {{ ref('dim_products') }}
union all
select 'stage', stage_key, stage_name from {{ ref('dim_stages') }} where object = 'deal'
union all
select 'campaign', campaign, min(campaign_name) from {{ ref('fct_ad_spend') }} group by campaign
union all
select 'email_campaign', email_campaign, min(email_campaign_name) from {{ ref('email_campaign_events') }} group by email_campaign
union all
select 'sprint', sprint_id, coalesce(name, sprint_id) from {{ ref('sprints') }}
