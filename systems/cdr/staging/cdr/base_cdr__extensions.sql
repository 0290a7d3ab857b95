-- Grain: _raw_file, _raw_row; of accepted rows account_id, extension.
-- One raw row of cdr/extensions, with its row status.
{{ validated_rows(
    source('cdr', 'extensions'),
    columns={
        'account_id': ['account_id', 'ref'],
        'extension': ['extension', 'code', 'required'],
        'employee_id': ['employee_id', 'code', 'required']
    },
    key=['account_id', 'extension'],
    version='loaded_at'
) }}
