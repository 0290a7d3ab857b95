-- Grain: _raw_file, _raw_row; of accepted rows department_id.
-- One raw row of bitrix24/department, with its row status.
{{ validated_rows(
    source('bitrix24', 'department'),
    columns={
        'department_id': ['ID', 'code', 'required'],
        'name': ['NAME', 'text'],
        'parent_id': ['PARENT', 'ref'],
        'head_id': ['UF_HEAD', 'ref']
    },
    key=['department_id'],
    version='loaded_at'
) }}
