-- Grain: call_id.
-- One call that telephony knows, announcements left out.
with calls as (
    select *
    from {{ ref('base_bitrix24__voximplant_statistic') }}
    where row_status = 'accepted' and coalesce(call_type, '') <> '5'
),

owners as (
    select * from {{ ref('base_bitrix24__activity_owners') }}
),

outcomes as (
    select
        activity_id,
        {{ bitrix24_outcome() }} as outcome
    from {{ ref('base_bitrix24__crm_activity') }}
    where row_status = 'accepted'
),

-- telephony itself knows no deals; the activity of the same call does
bound as (
    select
        calls.*,
        case when calls.crm_type = 'lead' then calls.crm_id end as crm_lead_id,
        case when calls.crm_type in ('contact', 'company') then crm_type || '_' || calls.crm_id end as crm_customer_id,
        owners.object as owner_object,
        owners.object_id as owner_object_id,
        owners.customer_id as owner_customer_id,
        outcomes.outcome
    from calls
    left join owners on calls.activity_id = owners.activity_id
    left join outcomes on calls.activity_id = outcomes.activity_id
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    call_id,
    started_at,
    case when call_type in ('1', '4') then 'out' when call_type in ('2', '3') then 'in' end as direction,
    code = '200' as is_answered,
    cast(null as double) as wait_seconds,
    case when code <> '200' then 0 else duration end as talk_seconds,
    employee_id,
    coalesce(crm_customer_id, owner_customer_id) as customer_id,
    case
        when owner_object in ('lead', 'deal') then owner_object
        when crm_lead_id is not null then 'lead'
        when coalesce(crm_customer_id, owner_customer_id) is not null then 'customer'
    end as object,
    case
        when owner_object in ('lead', 'deal') then owner_object_id
        else coalesce(crm_lead_id, crm_customer_id, owner_customer_id)
    end as object_id,
    line as queue,
    phone,
    outcome,
    activity_id,
    loaded_at,
    'accepted' as row_status
from bound
