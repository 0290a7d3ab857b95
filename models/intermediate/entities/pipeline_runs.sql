-- Grain: one run_id of a source account.
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
