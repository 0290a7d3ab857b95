-- Grain: event_id.
-- One thing that became of an e-mail of a campaign; events of other kinds, or of no campaign, have the row status other and go no further.
with events as (
    select
        *,
        case
            {%- for kind, words in var('sendpulse_events').items() %}
            when event in ('{{ words | join("', '") }}') then '{{ kind }}'
            {%- endfor %}
        end as kind
    from {{ ref('base_sendpulse__events') }}
    where row_status = 'accepted'
)

select
    'sendpulse' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    -- no address of a recipient stands in an id
    concat_ws('-', campaign_id, {{ contact_identifier('email') }}, event, {{ as_text('happened_at') }}, link_id) as event_id,
    happened_at as occurred_at,
    campaign_id,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    kind as event,
    email,
    loaded_at,
    case when kind is null or campaign_id is null or email is null then 'other' else 'accepted' end as row_status
from events
