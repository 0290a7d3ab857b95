-- Grain: source_system, source_account, run_id.
-- One run_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'pipeline_runs',
    {
        'run_id': 'string',
        'scheduled_for': 'timestamp',
        'started_at': 'timestamp',
        'finished_at': 'timestamp',
        'report': 'string',
        'status': 'string',
        'checks_run': 'bigint',
        'checks_passed': 'bigint',
        'kpis_present': 'bigint',
        'kpis_catalogued': 'bigint'
    }
) }}
