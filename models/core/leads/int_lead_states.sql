-- Grain: lead_id.
-- One lead created before the as-of day, with what had become of it by then, and when it was closed: its conversion or its rejection,
-- whichever came first, where anything says when.
with leads as (
    select
        *,
        case when status_class in ('new', 'in_progress', 'qualified', 'converted', 'rejected') then status_class end as known_class
    from {{ ref('leads') }}
    where created_at < {{ cutoff() }}
),

-- where the record says nothing of its state, or its history goes on after the as-of day, the history's last entry says it
dated as (
    select
        leads.*,
        coalesce(history.goes_on, false) as goes_on,
        least(
            coalesce(history.first_qualified_at, leads.qualified_at, leads.converted_at),
            coalesce(leads.qualified_at, leads.converted_at, history.first_qualified_at),
            coalesce(leads.converted_at, leads.qualified_at, history.first_qualified_at)
        ) as qualified_moment,
        coalesce(
            case
                when leads.known_class = 'converted' or ((leads.known_class is null or history.goes_on) and history.last_recorded_status = 'won')
                    then history.last_won_at
            end,
            leads.converted_at
        ) as converted_moment,
        case
            when history.goes_on or (leads.known_class is null and history.last_recorded_at is not null)
                then case when history.last_recorded_status = 'lost' then history.last_lost_at end
            when leads.known_class = 'rejected' then coalesce(history.last_lost_at, leads.rejected_at)
            when leads.known_class is null then leads.rejected_at
        end as rejected_moment
    from leads
    left join {{ ref('int_stage_histories') }} as history on history.object = 'lead' and leads.lead_id = history.object_id
),

known as (
    select
        *,
        case when qualified_moment < {{ cutoff() }} then qualified_moment end as qualified_known,
        case when converted_moment < {{ cutoff() }} then converted_moment end as converted_known,
        case when rejected_moment < {{ cutoff() }} then rejected_moment end as rejected_known,
        -- so for certain, but nothing says when; unless its history goes on
        case when not goes_on and qualified_moment is null and known_class in ('qualified', 'converted') then created_at end as qualified_some_time,
        case when not goes_on and rejected_moment is null and known_class = 'rejected' then created_at end as rejected_some_time
    from dated
)

select
    lead_id,
    coalesce(qualified_known, qualified_some_time) as qualified_at,
    converted_known as converted_at,
    coalesce(rejected_known, rejected_some_time) as rejected_at,
    coalesce(
        least(coalesce(converted_known, rejected_known), coalesce(rejected_known, converted_known)),
        -- converted for certain, though nothing says when: since its qualification at the latest
        case when not goes_on and converted_moment is null and known_class = 'converted' then qualified_known end
    ) as closed_at
from known
