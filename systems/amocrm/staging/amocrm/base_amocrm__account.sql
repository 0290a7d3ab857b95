-- Grain: _raw_file, _raw_row; of accepted rows account_id.
-- One raw row of amocrm/account, with its row status.
{{ validated_rows(
    source('amocrm', 'account'),
    columns={
        'account_id': ['id', 'code', 'required'],
        'currency': ['currency', 'code']
    },
    key=['account_id'],
    version='loaded_at'
) }}
