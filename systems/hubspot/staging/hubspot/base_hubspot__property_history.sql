-- Grain: _raw_file, _raw_row; of accepted rows object, record_id, property, happened_at, value.
-- One raw row of hubspot/property_history, with its row status.
{{ validated_rows(
    source('hubspot', 'property_history'),
    columns={
        'object': ['object', 'enum', 'required'],
        'record_id': ['object_id', 'code', 'required'],
        'property': ['property', 'code', 'required'],
        'happened_at': ['timestamp', 'timestamp', 'required'],
        'value': ['value', 'code']
    },
    key=['object', 'record_id', 'property', 'happened_at', 'value'],
    version='loaded_at'
) }}
