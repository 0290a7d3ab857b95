-- Grain: _raw_file, _raw_row; of accepted rows status_id.
-- One raw row of jira/statuses, with its row status.
{{ validated_rows(
    source('jira', 'statuses'),
    columns={
        'status_id': ['id', 'code', 'required'],
        'name': ['name', 'text'],
        'category': ['category', 'enum']
    },
    key=['status_id'],
    version='loaded_at'
) }}
