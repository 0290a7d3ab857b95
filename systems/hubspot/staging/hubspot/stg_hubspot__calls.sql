-- Grain: call_id.
-- One call that was made in HubSpot or logged there.
{% set outcomes = var('hubspot_call_outcomes') -%}
{%- set unanswered = [] -%}
{%- for guid, told in outcomes.items() if not told['answered'] -%}{%- do unanswered.append(guid) -%}{%- endfor -%}
with calls as (
    select engagements.*, owners.customer_id, owners.object, owners.object_id
    from {{ ref('base_hubspot__engagements') }} as engagements
    inner join {{ ref('base_hubspot__engagement_owners') }} as owners
        on engagements.type = owners.type and engagements.engagement_id = owners.engagement_id
    where engagements.row_status = 'accepted' and engagements.type = 'calls'
)

select
    'hubspot' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    engagement_id as call_id,
    coalesce(happened_at, created_at) as started_at,
    case call_direction when 'INBOUND' then 'in' when 'OUTBOUND' then 'out' end as direction,
    -- a call that somebody logged by hand has a result or a length, not always both
    coalesce(call_status, 'COMPLETED') = 'COMPLETED'
    and coalesce(call_outcome, '') not in (
        '{{ unanswered | join("',\n        '") }}'
    )
    and (call_outcome is not null or coalesce(call_milliseconds, 0) > 0) as is_answered,
    cast(null as double) as wait_seconds,
    call_milliseconds / 1000 as talk_seconds,
    employee_id,
    customer_id,
    object,
    object_id,
    cast(null as {{ dbt.type_string() }}) as queue,
    phone,
    case call_outcome
        {%- for guid, told in outcomes.items() %}
        when '{{ guid }}' then '{{ told['name'] }}'
        {%- endfor %}
        else call_outcome
    end as outcome,
    loaded_at,
    'accepted' as row_status
from calls
