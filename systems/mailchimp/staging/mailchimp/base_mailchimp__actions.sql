-- Grain: campaign_id, email, action, happened_at, action_no.
-- One thing that a recipient did with an e-mail: an opening, a click, a bounce, an unsubscription.  An opening is told by open_details, which
-- knows machines, where any row of its campaign is there; else by email_activity.
with activity as (
    select * from {{ ref('base_mailchimp__email_activity') }} where row_status = 'accepted'
),

open_details as (
    select * from {{ ref('base_mailchimp__open_details') }} where row_status = 'accepted'
),

campaigns_with_opens as (
    select distinct campaign_id from open_details
),

told as (
    select campaign_id, email, action, happened_at, url, false as is_machine, loaded_at from activity where action is not null
    union all
    select
        campaign_id, email, lower({{ json_value('item', '$.action') }}), {{ read_timestamp(json_value('item', '$.timestamp'), 'UTC') }},
        {{ json_value('item', '$.url') }}, false, loaded_at
    from activity
    {{ unnest_json('activity', 'item') }}
    where action is null
),

actions as (
    select told.*
    from told
    left join campaigns_with_opens on told.campaign_id = campaigns_with_opens.campaign_id
    where told.action <> 'open' or campaigns_with_opens.campaign_id is null
    union all
    select
        campaign_id, email, 'open', {{ read_timestamp(json_value('item', '$.timestamp'), 'UTC') }}, cast(null as {{ dbt.type_string() }}),
        coalesce(lower({{ json_value('item', '$.is_proxy_open') }}) = 'true', false), loaded_at
    from open_details
    {{ unnest_json('opens', 'item') }}
    union all
    select campaign_id, email, 'unsubscribe', happened_at, cast(null as {{ dbt.type_string() }}), false, loaded_at
    from {{ ref('base_mailchimp__unsubscribed') }}
    where row_status = 'accepted'
)

select
    campaign_id,
    email,
    action,
    happened_at,
    is_machine,
    loaded_at,
    row_number() over (partition by campaign_id, email, action, happened_at order by is_machine, url, loaded_at) as action_no
from actions
where action in ('open', 'click', 'bounce', 'unsubscribe') and happened_at is not null
