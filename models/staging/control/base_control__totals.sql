-- Grain: _raw_file, _raw_row; of accepted rows source_name, table_name, day.
-- One raw row of control/totals, with its row status.
{{ validated_rows(
    source('control', 'totals'),
    columns={
        'source_name': ['source_name', 'text', 'required'],
        'table_name': ['table_name', 'text', 'required'],
        'day': ['day', 'date', 'required'],
        'row_count': ['row_count', 'integer'],
        'amount': ['amount', 'money']
    },
    key=['source_name', 'table_name', 'day']
) }}
