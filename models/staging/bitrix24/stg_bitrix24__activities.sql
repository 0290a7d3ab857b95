-- Grain: _raw_file, _raw_row; of accepted rows activity_id.
-- One version of an activity of a kind that counts, accepted or superseded, other than the calls that telephony knows: those are in calls, or
-- announcements.  All versions are about the record that the accepted one is about.
with activities as (
    select
        *,
        {{ bitrix24_outcome() }} as outcome
    from {{ ref('base_bitrix24__crm_activity') }}
    where row_status in ('accepted', 'superseded')
),

owners as (
    select * from {{ ref('base_bitrix24__activity_owners') }}
),

kinds as (
    select * from {{ ref('seed_bitrix24_activity_kinds') }}
),

known_to_telephony as (
    select distinct activity_id
    from {{ ref('base_bitrix24__voximplant_statistic') }}
    where row_status = 'accepted' and activity_id is not null
),

providers as (
    select distinct provider_id, provider_type_id, type_id from activities
),

-- what names the provider goes before what names the type alone
fitting as (
    select
        providers.*,
        kinds.kind,
        row_number() over (
            partition by providers.provider_id, providers.provider_type_id, providers.type_id
            order by kinds.provider_id nulls last, kinds.provider_type_id nulls last, kinds.type_id nulls last
        ) as row_no
    from providers
    inner join kinds
        on
            (kinds.provider_id is null or kinds.provider_id = providers.provider_id)
            and (kinds.provider_type_id is null or kinds.provider_type_id = providers.provider_type_id)
            and (kinds.type_id is null or kinds.type_id = providers.type_id)
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    activities.activity_id,
    fitting.kind,
    case activities.direction when '1' then 'in' when '2' then 'out' end as direction,
    activities.created_at,
    activities.started_at,
    activities.ended_at,
    case when activities.is_completed then 'completed' else 'planned' end as status,
    activities.outcome,
    owners.object,
    owners.object_id,
    owners.customer_id,
    activities.employee_id,
    activities.deadline_at,
    activities.loaded_at,
    activities._raw_file,
    activities._raw_row,
    activities.row_status
from activities
inner join fitting
    on
        fitting.row_no = 1
        and fitting.kind <> 'other'
        and coalesce(activities.provider_id, '') = coalesce(fitting.provider_id, '')
        and coalesce(activities.provider_type_id, '') = coalesce(fitting.provider_type_id, '')
        and coalesce(activities.type_id, '') = coalesce(fitting.type_id, '')
left join owners on activities.activity_id = owners.activity_id
left join known_to_telephony on activities.activity_id = known_to_telephony.activity_id
where known_to_telephony.activity_id is null
