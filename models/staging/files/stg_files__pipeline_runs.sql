-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, run_id.
-- One raw row of files/pipeline_runs, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'pipeline_runs'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'run_id': ['run_id', 'code', 'required'],
        'scheduled_for': ['scheduled_for', 'timestamp', 'event'],
        'started_at': ['started_at', 'timestamp', 'required'],
        'finished_at': ['finished_at', 'timestamp', 'event'],
        'report': ['report', 'enum'],
        'status': ['status', 'enum'],
        'checks_run': ['checks_run', 'integer'],
        'checks_passed': ['checks_passed', 'integer'],
        'kpis_present': ['kpis_present', 'integer'],
        'kpis_catalogued': ['kpis_catalogued', 'integer']
    },
    key=['source_system', 'source_account', 'run_id'],
    rules={
        'checks_passed: more than checks_run': 'checks_passed > checks_run',
        'kpis_present: more than kpis_catalogued': 'kpis_present > kpis_catalogued'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
