-- Grain: _raw_file, _raw_row; of accepted rows task_id.
-- One raw row of bitrix24_tasks/scrum_task, with its row status; points that are no number are left out.
{{ validated_rows(
    source('bitrix24_tasks', 'scrum_task'),
    columns={
        'task_id': ['id', 'code', 'required'],
        'points': ['storyPoints', 'number', 'lenient']
    },
    key=['task_id'],
    version='loaded_at'
) }}
