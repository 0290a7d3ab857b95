-- Grain: activity_id.
-- One accepted activity with the record that it is about: its main lead or deal; else a deal, then a lead, that
-- it is bound to; else the customer.
with activities as (
    select * from {{ ref('base_bitrix24__crm_activity') }} where row_status = 'accepted'
),

owners as (
    select activity_id, owner_type, owner_id, true as is_main from activities
    union all
    select activity_id, {{ json_value('binding', '$.OWNER_TYPE_ID') }}, {{ json_value('binding', '$.OWNER_ID') }}, false
    from activities
    {{ unnest_json('bindings', 'binding') }}
),

{% set newest = 'priority, length(object_id) desc, object_id desc' -%}
named as (
    select
        activity_id,
        case owner_type when '1' then 'lead' when '2' then 'deal' else 'customer' end as object,
        case owner_type when '3' then 'contact_' when '4' then 'company_' else '' end || owner_id as object_id,
        case
            when is_main and owner_type in ('1', '2') then 1
            when owner_type = '2' then 2
            when owner_type = '1' then 3
            when is_main then 4
            when owner_type = '4' then 5
            else 6
        end as priority
    from owners
    where owner_type in ('1', '2', '3', '4') and owner_id <> '0'
),

-- of several of one kind the newest, which has the greatest number
ranked as (
    select
        *,
        row_number() over (partition by activity_id order by {{ newest }}) as row_no,
        row_number() over (partition by activity_id, object = 'customer' order by {{ newest }}) as place_in_kind
    from named
)

select
    activity_id,
    max(case when row_no = 1 then object end) as object,
    max(case when row_no = 1 then object_id end) as object_id,
    max(case when object = 'customer' and place_in_kind = 1 then object_id end) as customer_id
from ranked
group by activity_id
