-- Grain: _raw_file, _raw_row; of accepted rows item_id.
-- One raw row of salesforce/currency_type, with its row status.
{{ validated_rows(
    source('salesforce', 'currency_type'),
    columns={
        'item_id': ['Id', 'code', 'required'],
        'currency': ['IsoCode', 'code', 'required'],
        'rate': ['ConversionRate', 'number', 'required']
    },
    key=['item_id'],
    version='loaded_at',
    rules={'rate: not positive': 'rate <= 0'}
) }}
