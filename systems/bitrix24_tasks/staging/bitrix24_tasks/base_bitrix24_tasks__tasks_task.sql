-- Grain: _raw_file, _raw_row; of accepted rows task_id.
-- One raw row of bitrix24_tasks/tasks_task, with its row status.
{{ validated_rows(
    source('bitrix24_tasks', 'tasks_task'),
    columns={
        'task_id': ['id', 'code', 'required'],
        'group_id': ['groupId', 'ref'],
        'group_name': ['groupName', 'text'],
        'sprint_id': ['sprintId', 'ref'],
        'status': ['status', 'code'],
        'tags': ['tags', 'text'],
        'created_at': ['createdDate', 'timestamp', 'required'],
        'changed_at': ['changedDate', 'timestamp'],
        'status_changed_at': ['statusChangedDate', 'timestamp', 'event'],
        'employee_id': ['responsibleId', 'ref']
    },
    key=['task_id'],
    born=['created_at', 'group_id'],
    version='changed_at'
) }}
