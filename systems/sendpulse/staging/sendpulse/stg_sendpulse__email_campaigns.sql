-- Grain: campaign_id.
-- One campaign; one that is no e-mail, or has not been sent, has a row status that says so and goes no further.
select
    'sendpulse' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    campaign_id,
    name,
    sent_at,
    sent,
    delivered,
    opened as opened_unique,
    clicked as clicked_unique,
    unsubscribed,
    failed as bounced,
    loaded_at,
    case
        when is_sms or is_viber then 'not_email'
        when sent_at is null or sent = 0 then 'not_sent'
        else 'accepted'
    end as row_status,
    row_problem
from {{ ref('base_sendpulse__campaigns') }}
where row_status = 'accepted'
