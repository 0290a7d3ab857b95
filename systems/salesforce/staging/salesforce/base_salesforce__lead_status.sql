-- Grain: _raw_file, _raw_row; of accepted rows status_id.
-- One raw row of salesforce/lead_status, with its row status.
{{ validated_rows(
    source('salesforce', 'lead_status'),
    columns={
        'status_id': ['Id', 'code', 'required'],
        'status': ['ApiName', 'text', 'required'],
        'name': ['MasterLabel', 'text'],
        'position': ['SortOrder', 'integer'],
        'is_converted': ['IsConverted', 'boolean']
    },
    key=['status_id'],
    version='loaded_at'
) }}
