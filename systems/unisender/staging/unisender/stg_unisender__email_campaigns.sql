-- Grain: campaign_id.
-- One campaign with its totals; one that is not sent has the row status not_sent and goes no further.
{% set unsent = var('unisender_unsent') | join("', '") -%}
with campaigns as (
    select * from {{ ref('base_unisender__campaigns') }} where row_status = 'accepted'
),

totals as (
    select * from {{ ref('base_unisender__campaign_common_stats') }} where row_status = 'accepted'
)

select
    'unisender' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    campaigns.campaign_id,
    campaigns.subject as name,
    campaigns.sent_at,
    totals.sent,
    totals.delivered,
    totals.read_unique as opened_unique,
    totals.clicked_unique,
    totals.unsubscribed,
    cast(null as bigint) as bounced,
    campaigns.loaded_at,
    case
        when
            campaigns.status in ('{{ unsent }}')
            then 'not_sent'
        else 'accepted'
    end as row_status,
    campaigns.row_problem
from campaigns
left join totals on campaigns.campaign_id = totals.campaign_id
