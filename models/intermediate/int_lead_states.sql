-- Grain: one lead created before the as-of day, with what had become of it by then.
with leads as (
    select * from {{ ref('leads') }} where created_at < {{ cutoff() }}
),

history as (
    select
        object_id as lead_id,
        min(case when status = 'won' or funnel_step = 'qualified' then entered_at end) as first_qualified_at,
        max(case when status = 'lost' then entered_at end) as last_lost_at,
        max(case when is_latest then status end) as latest_status
    from {{ ref('fct_stage_changes') }}
    where object = 'lead'
    group by object_id
),

later as (
    select distinct object_id as lead_id from {{ ref('stage_changes') }} where object = 'lead' and entered_at >= {{ cutoff() }}
),

moments as (
    select
        leads.*,
        coalesce(
            least(
                coalesce(history.first_qualified_at, leads.qualified_at, leads.converted_at),
                coalesce(leads.qualified_at, leads.converted_at, history.first_qualified_at),
                coalesce(leads.converted_at, leads.qualified_at, history.first_qualified_at)
            ),
            -- qualified for certain, but nothing says when; unless its history goes on after the as-of date
            case when later.lead_id is null and leads.status_class in ('qualified', 'converted') then leads.created_at end
        ) as qualified_moment,
        case
            when later.lead_id is not null then case when history.latest_status = 'lost' then history.last_lost_at end
            when leads.status_class = 'rejected' then coalesce(history.last_lost_at, leads.rejected_at, leads.created_at)
        end as rejected_moment
    from leads
    left join history on leads.lead_id = history.lead_id
    left join later on leads.lead_id = later.lead_id
)

select
    lead_id,
    case when qualified_moment < {{ cutoff() }} then qualified_moment end as qualified_at,
    case when converted_at < {{ cutoff() }} then converted_at end as converted_at,
    case when rejected_moment < {{ cutoff() }} then rejected_moment end as rejected_at
from moments
