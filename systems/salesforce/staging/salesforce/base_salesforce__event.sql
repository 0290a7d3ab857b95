-- Grain: _raw_file, _raw_row; of accepted rows event_id.
-- One raw row of salesforce/event, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'event')),
    columns={
        'event_id': ['Id', 'code', 'required'],
        'type': ['Type', 'enum'],
        'who_id': ['WhoId', 'ref'],
        'what_id': ['WhatId', 'ref'],
        'account_id': ['AccountId', 'ref'],
        'owner_id': ['OwnerId', 'ref'],
        'created_at': ['CreatedDate', 'timestamp', 'required'],
        'updated_at': ['SystemModstamp', 'timestamp'],
        'started_at': ['StartDateTime', 'timestamp'],
        'ended_at': ['EndDateTime', 'timestamp'],
        'is_child': ['IsChild', 'boolean'],
        'is_recurrence': ['IsRecurrence', 'boolean']
    },
    key=['event_id'],
    version='updated_at',
    deleted='is_gone',
    rules={'event_id: of fifteen signs, the whole id has eighteen': 'length(event_id) = 15'}
) }}
