-- Grain: event_id.
-- One thing that a recipient did with an e-mail; an opening by a machine has the row status machine and goes no further.  What he did with a
-- part of a campaign, he did with the campaign.
with actions as (
    select * from {{ ref('base_mailchimp__actions') }}
),

parts as (
    select campaign_id, part_of from {{ ref('stg_mailchimp__email_campaigns') }} where part_of is not null
)

select
    'mailchimp' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    -- no address of a recipient stands in an id, nor what it can be found out from
    concat(
        actions.campaign_id, '-', {{ contact_identifier('actions.email') }}, '-', actions.action, '-', {{ as_text('actions.happened_at') }}, '-',
        {{ as_text('actions.action_no') }}
    ) as event_id,
    actions.happened_at as occurred_at,
    coalesce(parts.part_of, actions.campaign_id) as campaign_id,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    case actions.action
        when 'open' then 'opened'
        when 'click' then 'clicked'
        when 'bounce' then 'bounced'
        when 'unsubscribe' then 'unsubscribed'
    end as event,
    actions.email,
    actions.loaded_at,
    case when actions.is_machine and not {{ var('mailchimp_machine_opens') }} then 'machine' else 'accepted' end as row_status
from actions
left join parts on actions.campaign_id = parts.campaign_id
