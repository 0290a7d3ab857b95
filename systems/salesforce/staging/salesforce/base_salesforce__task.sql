-- Grain: _raw_file, _raw_row; of accepted rows task_id.
-- One raw row of salesforce/task, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'task')),
    columns={
        'task_id': ['Id', 'code', 'required'],
        'type': ['Type', 'enum'],
        'subtype': ['TaskSubtype', 'enum'],
        'call_type': ['CallType', 'enum'],
        'call_seconds': ['CallDurationInSeconds', 'number', 'lenient'],
        'outcome': ['CallDisposition', 'text'],
        'who_id': ['WhoId', 'ref'],
        'what_id': ['WhatId', 'ref'],
        'account_id': ['AccountId', 'ref'],
        'owner_id': ['OwnerId', 'ref'],
        'created_at': ['CreatedDate', 'timestamp', 'required'],
        'updated_at': ['SystemModstamp', 'timestamp'],
        'completed_at': ['CompletedDateTime', 'timestamp'],
        'due_on': ['ActivityDate', 'date', 'lenient'],
        'is_closed': ['IsClosed', 'boolean'],
        'is_recurrence': ['IsRecurrence', 'boolean']
    },
    key=['task_id'],
    version='updated_at',
    deleted='is_gone',
    rules={
        'task_id: of fifteen signs, the whole id has eighteen': 'length(task_id) = 15',
        'call_seconds: negative': 'call_seconds < 0'
    }
) }}
