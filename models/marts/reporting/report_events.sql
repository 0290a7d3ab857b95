-- Grain: event_id.
-- One scheduled report, however many runs it took (event 'scheduled', on the day it was due), or one published run (event
-- 'published', on the day it came out).
with runs as (
    select
        *,
        {{ known('report') }} as report_name,
        status = 'published' and finished_at < {{ cutoff() }} as is_published
    from {{ ref('pipeline_runs') }}
),

schedules as (
    select
        report_name,
        scheduled_for,
        min(case when is_published then finished_at end) as published_at
    from runs
    where scheduled_for < {{ cutoff() }}
    group by report_name, scheduled_for
),

judged as (
    select
        *,
        {{ add_seconds('scheduled_for', var('report_grace_minutes') * 60) }} as due_at
    from schedules
),

events as (
    -- one that is neither out nor due yet is not judged
    select
        scheduled_for as occurred_at,
        'scheduled' as event,
        concat('schedule:', report_name, ' ', cast(scheduled_for as {{ dbt.type_string() }})) as event_id,
        report_name,
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
        finished_at,
        'published',
        concat('run:', run_id),
        report_name,
        0,
        0,
        coalesce(checks_run, 0),
        coalesce(checks_passed, 0),
        coalesce(kpis_present, 0),
        coalesce(kpis_catalogued, 0)
    from runs
    where is_published
)

select
    {{ local_date('occurred_at') }} as event_date,
    event,
    event_id,
    report_name as report,
    reports_scheduled,
    reports_on_time,
    checks_run,
    checks_passed,
    kpis_present,
    kpis_catalogued
from events
