-- Grain: record.
-- One lead, deal, order or visit (l:, d:, o:, v: and its id) with the channel, the campaign and the ad that it came by.  A campaign that the
-- utm_campaign does not tell is the click's.
select
    record_utms.record,
    {{ known('channels.channel') }} as channel,
    coalesce(case when named.is_known then named.campaign end, clicked.campaign, named.campaign, '(none)') as campaign,
    record_utms.click_ad as ad_id
from {{ ref('int_record_utms') }} as record_utms
left join {{ ref('int_channels') }} as channels on record_utms.channel_key = channels.channel_key
left join {{ ref('int_campaigns') }} as named on lower(record_utms.utm_campaign) = named.spelling and record_utms.channel_key = named.channel_key
left join {{ ref('int_campaigns') }} as clicked on lower(record_utms.click_campaign) = clicked.spelling and record_utms.channel_key = clicked.channel_key
