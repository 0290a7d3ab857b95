-- Grain: lead_id.
-- One lead that was made in a visit of the site that is known: the one that its browser was in at that moment.
select
    leads.lead_id,
    max_by(visits.session_id, visits.started_at) as session_id
from {{ ref('leads') }} as leads
inner join {{ ref('web_sessions') }} as visits
    on leads.web_client_id = visits.web_client_id
    and leads.created_at >= visits.started_at
    and {{ seconds_between('visits.started_at', 'leads.created_at') }}
    <= coalesce(visits.duration_seconds, 0) + 60 * {{ var('order_after_visit_minutes') }}
group by leads.lead_id
