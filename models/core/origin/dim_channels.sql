-- Grain: channel.
-- One channel.  A channel that has ad spend is paid, whether or not the seed lists it.
with seen as (
    select channel from {{ ref('int_channels') }}
    union
    select channel from {{ ref('expenses') }} where channel is not null
    union
    select channel from {{ ref('seed_channels') }}
    union
    select '{{ var("email_channel") }}'
    union
    select '{{ var("call_channel") }}'
),

spending as (
    select distinct channel from {{ ref('fct_ad_spend') }} where cost_base > 0
)

select
    seen.channel,
    coalesce(listed.name_en, seen.channel) as name_en,
    coalesce(listed.name_ru, seen.channel) as name_ru,
    coalesce(listed.is_paid, false) or spending.channel is not null as is_paid,
    coalesce(listed.is_direct, false) as is_direct
from seen
left join {{ ref('seed_channels') }} as listed on seen.channel = listed.channel
left join spending on seen.channel = spending.channel
