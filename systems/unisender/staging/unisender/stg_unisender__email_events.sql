-- Grain: event_id.
-- One thing that became of an e-mail, at the first moment at which a state of its recipient says so.  A state says what it is and all that went
-- before it: who clicked has opened.
with states as (
    select * from {{ ref('base_unisender__campaign_delivery_stats') }} where row_status in ('accepted', 'superseded')
),

events as (
    {%- for event, results in var('unisender_results').items() %}
    select '{{ event }}' as event, campaign_id, email, happened_at, loaded_at
    from states
    where send_result in ('{{ results | join("', '") }}')
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    'unisender' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    -- no address of a recipient stands in an id
    concat(campaign_id, '-', {{ contact_identifier('email') }}, '-', event) as event_id,
    min(happened_at) as occurred_at,
    campaign_id,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    event,
    email,
    min(loaded_at) as loaded_at,
    'accepted' as row_status
from events
group by event, campaign_id, email
