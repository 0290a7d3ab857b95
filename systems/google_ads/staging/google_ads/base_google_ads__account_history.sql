-- Grain: _raw_file, _raw_row; of accepted rows customer_id.
-- One raw row of google_ads/account_history, with its row status.
{{ validated_rows(
    source('google_ads', 'account_history'),
    columns={
        'customer_id': ['id', 'code', 'required'],
        'currency': ['currency_code', 'ref'],
        'time_zone': ['time_zone', 'text'],
        'updated_at': ['updated_at', 'timestamp']
    },
    key=['customer_id'],
    version='updated_at'
) }}
