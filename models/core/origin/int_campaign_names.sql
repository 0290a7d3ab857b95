-- Grain: campaign, spelling, priority, utm_source, channel.
-- One spelling (id, utm_campaign or name, in lower case) of one campaign that a platform bills, or of one mailing, with a channel and a
-- utm_source that it brings records by.
with campaigns as (
    select distinct
        {{ platform_key('spend.platform', 'spend.campaign_id') }} as campaign,
        spend.campaign_id,
        spend.utm_campaign,
        spend.campaign_name,
        lower(spend.utm_source) as utm_source,
        costs.channel,
        false as is_mailing
    from {{ ref('ad_spend') }} as spend
    left join (select distinct campaign, channel from {{ ref('fct_ad_spend') }}) as costs
        on {{ platform_key('spend.platform', 'spend.campaign_id') }} = costs.campaign
    where spend.campaign_id is not null
    union all
    select
        {{ platform_key("'" ~ var('email_channel') ~ "'", 'campaign_id') }},
        {{ source_id('campaign_id') }}, null, name, null, '{{ var("email_channel") }}', true
    from {{ ref('email_campaigns') }}
)

{%- for priority, column in [(1, 'campaign_id'), (2, 'utm_campaign'), (3, 'campaign_name')] %}
select campaign, lower({{ column }}) as spelling, {{ priority }} as priority, utm_source, channel, is_mailing
from campaigns
where {{ column }} is not null
{{ 'union' if not loop.last }}
{%- endfor %}
