-- Grain: spelling, channel_key.
-- One name of a campaign (in lower case) as records of one origin (channel_key) give it, with the campaign that they mean: the one of their
-- platform that has this id, utm_campaign or name; else one of their channel's own.
with names as (
    select distinct lower(utm_campaign) as spelling, utm_campaign as written, channel_key from {{ ref('int_record_utms') }} where utm_campaign is not null
    union
    select distinct lower(click_campaign), click_campaign, channel_key from {{ ref('int_record_utms') }} where click_campaign is not null
),

used as (
    select distinct
        names.spelling,
        names.channel_key,
        channels.channel,
        channels.utm_source,
        min(names.written) over (partition by channels.channel, names.spelling) as written
    from names
    inner join {{ ref('int_channels') }} as channels on names.channel_key = channels.channel_key
),

known_campaigns as (
    select * from {{ ref('int_campaign_names') }}
),

-- the platform of the record's utm_source goes first, then that of its channel; a record that names no source may mean anyone's campaign
fitting as (
    select
        used.spelling,
        used.channel_key,
        known_campaigns.campaign,
        min(10 * case when used.utm_source = known_campaigns.utm_source then 1 when used.channel = known_campaigns.channel then 2 else 3 end
            + known_campaigns.priority) as fit
    from used
    inner join known_campaigns on used.spelling = known_campaigns.spelling
    left join {{ ref('seed_channels') }} as listed on used.channel = listed.channel
    where
        used.utm_source = known_campaigns.utm_source
        or used.channel = known_campaigns.channel
        or (used.utm_source is null and not known_campaigns.is_mailing and coalesce(listed.is_paid or listed.is_direct, true))
    group by used.spelling, used.channel_key, known_campaigns.campaign
),

ranked as (
    select *, rank() over (partition by spelling, channel_key order by fit) as row_no
    from fitting
),

meant as (
    select spelling, channel_key, min(campaign) as campaign, count(*) as campaigns
    from ranked
    where row_no = 1
    group by spelling, channel_key
)

select
    used.spelling,
    used.channel_key,
    case when meant.campaigns = 1 then meant.campaign else {{ platform_key('used.channel', 'used.written') }} end as campaign,
    used.channel as platform,
    used.written as campaign_name,
    coalesce(meant.campaigns = 1, false) as is_known,
    coalesce(meant.campaigns > 1, false) as is_ambiguous
from used
left join meant on used.spelling = meant.spelling and used.channel_key = meant.channel_key
