-- Grain: record.
-- One lead, deal, order or visit (l:, d:, o:, v: and its id) with the channel, the campaign and the ad that it came by.  A campaign that the
-- utm_campaign does not tell is the click's.
select
    traces.record,
    {{ known('channels.channel') }} as channel,
    coalesce(case when named.is_known then named.campaign end, clicked.campaign, named.campaign, '(none)') as campaign,
    traces.click_ad as ad_id
from {{ ref('int_traces') }} as traces
left join {{ ref('int_channels') }} as channels on traces.channel_key = channels.channel_key
left join {{ ref('int_campaigns') }} as named on lower(traces.utm_campaign) = named.spelling and traces.channel_key = named.channel_key
left join {{ ref('int_campaigns') }} as clicked on lower(traces.click_campaign) = clicked.spelling and traces.channel_key = clicked.channel_key
