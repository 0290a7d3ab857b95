-- Grain: one raw row of files/pipeline_runs, with its verdict.
{{ judged_rows(
    source('files', 'pipeline_runs'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'run_id': ['run_id', 'code', 'required'],
        'scheduled_for': ['scheduled_for', 'timestamp'],
        'started_at': ['started_at', 'timestamp', 'required'],
        'finished_at': ['finished_at', 'timestamp'],
        'report': ['report', 'enum'],
        'status': ['status', 'enum'],
        'checks_run': ['checks_run', 'integer'],
        'checks_passed': ['checks_passed', 'integer'],
        'kpis_present': ['kpis_present', 'integer'],
        'kpis_catalogued': ['kpis_catalogued', 'integer']
    },
    key=['source_system', 'source_account', 'run_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
