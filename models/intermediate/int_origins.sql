-- Grain: one lead, deal, order or visit (l:, d:, o:, v: and its id) with the channel and the campaign that it came by.
select
    traces.record,
    {{ known('channels.channel') }} as channel,
    coalesce(campaigns.campaign_id, '(none)') as campaign
from {{ ref('int_traces') }} as traces
left join {{ ref('int_channels') }} as channels on traces.channel_key = channels.channel_key
left join {{ ref('int_campaigns') }} as campaigns on lower(traces.utm_campaign) = campaigns.spelling
