-- Grain: _raw_file, _raw_row; of accepted rows sprint_id.
-- One raw row of bitrix24_tasks/scrum_sprint, with its row status; a sprint that is planned may have no days.
{{ validated_rows(
    source('bitrix24_tasks', 'scrum_sprint'),
    columns={
        'sprint_id': ['id', 'code', 'required'],
        'group_id': ['groupId', 'ref'],
        'name': ['name', 'text'],
        'starts_at': ['dateStart', 'timestamp'],
        'ends_at': ['dateEnd', 'timestamp']
    },
    key=['sprint_id'],
    version='loaded_at'
) }}
