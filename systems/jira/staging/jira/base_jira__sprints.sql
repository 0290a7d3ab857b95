-- Grain: _raw_file, _raw_row; of accepted rows sprint_id.
-- One raw row of jira/sprints, with its row status; a sprint that has not begun may have no days.
{{ validated_rows(
    source('jira', 'sprints'),
    columns={
        'sprint_id': ['id', 'code', 'required'],
        'project': ['project', 'text'],
        'name': ['name', 'text'],
        'starts_at': ['startDate', 'timestamp'],
        'ends_at': ['endDate', 'timestamp']
    },
    key=['sprint_id'],
    version='loaded_at'
) }}
