-- Grain: source_system, source_account, run_id.
-- One run of a report, with whether it has published the report before the as-of day.
select
    source_system,
    source_account,
    run_id,
    {{ known('report') }} as report,
    scheduled_for,
    {{ local_date('scheduled_for') }} as scheduled_on,
    finished_at,
    {{ local_date('finished_at') }} as finished_on,
    status,
    coalesce(status = 'published' and finished_at < {{ cutoff() }}, false) as is_published,
    checks_run,
    checks_passed,
    kpis_present,
    kpis_catalogued
from {{ ref('pipeline_runs') }}
