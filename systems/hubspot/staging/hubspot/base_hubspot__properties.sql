-- Grain: _raw_file, _raw_row; of accepted rows object, property.
-- One raw row of hubspot/properties, with its row status and the property's options as a list.
{{ validated_rows(
    source('hubspot', 'properties'),
    columns={
        'object': ['object', 'enum', 'required'],
        'property': ['name', 'code', 'required'],
        'options': ['options', 'text']
    },
    key=['object', 'property'],
    version='loaded_at'
) }}
