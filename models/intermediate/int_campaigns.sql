-- Grain: one spelling (id, utm_campaign or name, in lower case) under which records may name a campaign, with the campaign: the advertised
-- one or, where none is, one spelling for all.
with spellings as (
    select lower(campaign_id) as spelling, campaign_id, 1 as priority from {{ ref('ad_spend') }} where campaign_id is not null
    union
    select lower(utm_campaign), campaign_id, 2 from {{ ref('ad_spend') }} where utm_campaign is not null and campaign_id is not null
    union
    select lower(campaign_name), campaign_id, 3 from {{ ref('ad_spend') }} where campaign_name is not null and campaign_id is not null
    union
    select lower(utm_campaign), min(utm_campaign), 4 from {{ ref('int_traces') }} where utm_campaign is not null group by lower(utm_campaign)
),

ranked as (
    select *, row_number() over (partition by spelling order by priority, campaign_id) as place
    from spellings
)

select spelling, campaign_id
from ranked
where place = 1
