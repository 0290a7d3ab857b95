-- Grain: campaign.
-- One campaign: of an advertising platform, a mailing, or one that only the marks of records name.
with seen as (
    select distinct campaign, platform, campaign_name, 1 as priority
    from {{ ref('fct_ad_spend') }}
    where campaign <> '(unallocated)'
    union all
    select
        {{ platform_key("'" ~ var('email_channel') ~ "'", 'campaign_id') }},
        '{{ var("email_channel") }}', coalesce(name, {{ source_id('campaign_id') }}), 2
    from {{ ref('email_campaigns') }}
    union all
    select {{ platform_key("'" ~ var('email_channel') ~ "'", 'campaign_id') }}, '{{ var("email_channel") }}', {{ source_id('campaign_id') }}, 3
    from {{ ref('email_events') }}
    union all
    select campaign, platform, campaign_name, 4 from {{ ref('int_campaigns') }} where not is_known
),

ranked as (
    select *, row_number() over (partition by campaign order by priority, campaign_name) as row_no
    from seen
)

select
    campaign,
    platform,
    campaign_name
from ranked
where row_no = 1
union all
select '(none)', null, '(none)'
union all
select '(unallocated)', null, '(unallocated)'
