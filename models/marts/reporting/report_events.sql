-- Grain: event_id.
-- One scheduled report, however many runs it took (event 'scheduled', on the day it was due), or one published run (event
-- 'published', on the day it came out).
with runs as (
    select * from {{ ref('fct_report_runs') }}
),

schedules as (
    select
        report,
        scheduled_for,
        scheduled_on,
        min(case when is_published then finished_at end) as published_at
    from runs
    where scheduled_for < {{ cutoff() }}
    group by report, scheduled_for, scheduled_on
),

judged as (
    select
        *,
        {{ add_seconds('scheduled_for', var('report_grace_minutes') * 60) }} as due_at
    from schedules
)

-- one that is neither out nor due yet is not judged
select
    scheduled_on as event_date,
    'scheduled' as event,
    concat('schedule:', report, ' ', cast(scheduled_for as {{ dbt.type_string() }})) as event_id,
    report,
    1 as reports_scheduled,
    case when published_at <= due_at then 1 else 0 end as reports_on_time,
    0 as checks_run,
    0 as checks_passed,
    0 as kpis_present,
    0 as kpis_catalogued
from judged
where due_at <= {{ cutoff() }} or published_at is not null
union all
select
    finished_on,
    'published',
    concat('run:', run_id),
    report,
    0,
    0,
    coalesce(checks_run, 0),
    coalesce(checks_passed, 0),
    coalesce(kpis_present, 0),
    coalesce(kpis_catalogued, 0)
from runs
where is_published
