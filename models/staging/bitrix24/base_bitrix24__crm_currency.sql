-- Grain: _raw_file, _raw_row; of accepted rows currency, loaded_at, updated_at.
-- One raw row of bitrix24/crm_currency, with its row status.  Each load's rate is a fact of its own; where loads
-- are not stamped, each update's.
{{ validated_rows(
    source('bitrix24', 'crm_currency'),
    columns={
        'currency': ['CURRENCY', 'code', 'required'],
        'amount': ['AMOUNT', 'number', 'required'],
        'units': ['AMOUNT_CNT', 'number'],
        'is_base': ['BASE', 'boolean'],
        'updated_at': ['DATE_UPDATE', 'timestamp']
    },
    key=['currency', 'loaded_at', 'updated_at'],
    version='loaded_at',
    rules={
        'amount: not positive': 'amount <= 0 or units <= 0',
        '_loaded_at: neither the day of the load nor of the update is known': 'coalesce(loaded_at, updated_at) is null'
    }
) }}
