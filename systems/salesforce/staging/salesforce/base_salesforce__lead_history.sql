-- Grain: _raw_file, _raw_row; of accepted rows history_id.
-- One raw row of salesforce/lead_history, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'lead_history')),
    columns={
        'history_id': ['Id', 'code', 'required'],
        'lead_id': ['LeadId', 'ref', 'required'],
        'field': ['Field', 'enum', 'required'],
        'old_value': ['OldValue', 'text'],
        'new_value': ['NewValue', 'text'],
        'happened_at': ['CreatedDate', 'timestamp', 'required']
    },
    key=['history_id'],
    version='loaded_at',
    deleted='is_gone'
) }}
