-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, sprint_id.
-- One raw row of files/sprints, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'sprints'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'sprint_id': ['sprint_id', 'code', 'required'],
        'project': ['project', 'text'],
        'name': ['name', 'text'],
        'starts_on': ['starts_on', 'date', 'required'],
        'ends_on': ['ends_on', 'date', 'required']
    },
    key=['source_system', 'source_account', 'sprint_id'],
    rules={
        'ends_on: before starts_on': 'ends_on < starts_on'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
