-- Grain: object, pipeline_id, stage_id.
-- One stage of the list that all opportunities share, or one status of leads.
{% set classes = var('salesforce_lead_classes') -%}
with statuses as (
    select
        'deal' as object,
        stage_id,
        name,
        position,
        case when is_won then 'won' when is_closed then 'lost' else 'open' end as status,
        probability,
        loaded_at,
        -- of a stage that was taken out and set up anew the list has two
        row_number() over (partition by stage_id order by case when is_active then 0 else 1 end, position, item_id) as row_no
    from {{ ref('base_salesforce__opportunity_stage') }}
    where row_status = 'accepted'
    union all
    select
        'lead',
        status,
        name,
        position,
        case
            when is_converted then 'won'
            when {{ salesforce_is('status', classes['rejected']) }} then 'lost'
            else 'open'
        end,
        null,
        loaded_at,
        row_number() over (partition by status order by position, status_id)
    from {{ ref('base_salesforce__lead_status') }}
    where row_status = 'accepted'
)

select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    object,
    cast(null as {{ dbt.type_string() }}) as pipeline_id,
    cast(null as {{ dbt.type_string() }}) as pipeline_name,
    stage_id,
    name,
    position,
    status,
    probability,
    -- other steps are told by the words in the name
    case when object = 'lead' and {{ salesforce_is('stage_id', classes['qualified']) }} then 'qualified' end as funnel_step,
    loaded_at,
    'accepted' as row_status
from statuses
where row_no = 1
