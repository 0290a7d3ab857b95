-- Grain: _raw_file, _raw_row; of accepted rows role_id.
-- One raw row of salesforce/user_role, with its row status.
{{ validated_rows(
    source('salesforce', 'user_role'),
    columns={
        'role_id': ['Id', 'code', 'required'],
        'name': ['Name', 'text']
    },
    key=['role_id'],
    version='loaded_at'
) }}
