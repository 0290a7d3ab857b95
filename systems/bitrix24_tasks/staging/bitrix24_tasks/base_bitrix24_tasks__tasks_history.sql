-- Grain: _raw_file, _raw_row; of accepted rows change_id.
-- One raw row of bitrix24_tasks/tasks_history, with its row status.
{{ validated_rows(
    source('bitrix24_tasks', 'tasks_history'),
    columns={
        'change_id': ['id', 'code', 'required'],
        'task_id': ['taskId', 'code', 'required'],
        'changed_at': ['createdDate', 'timestamp', 'required'],
        'from_status': ['fromStatus', 'code'],
        'to_status': ['toStatus', 'code', 'required']
    },
    key=['change_id'],
    version='loaded_at'
) }}
