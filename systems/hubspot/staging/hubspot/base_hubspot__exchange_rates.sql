-- Grain: _raw_file, _raw_row; of accepted rows rate_id.
-- One raw row of hubspot/exchange_rates, with its row status.
{{ validated_rows(
    source('hubspot', 'exchange_rates'),
    columns={
        'rate_id': ['id', 'code', 'required'],
        'currency': ['fromCurrencyCode', 'code', 'required'],
        'to_currency': ['toCurrencyCode', 'code', 'required'],
        'rate': ['conversionRate', 'number', 'required'],
        'effective_at': ['effectiveAt', 'timestamp', 'required']
    },
    key=['rate_id'],
    version='loaded_at',
    rules={'rate: not positive': 'rate <= 0'}
) }}
