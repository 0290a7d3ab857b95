-- Grain: _raw_file, _raw_row; of accepted rows rate_id.
-- One raw row of salesforce/dated_conversion_rate, with its row status.
{{ validated_rows(
    source('salesforce', 'dated_conversion_rate'),
    columns={
        'rate_id': ['Id', 'code', 'required'],
        'currency': ['IsoCode', 'code', 'required'],
        'starts_on': ['StartDate', 'date'],
        'rate': ['ConversionRate', 'number', 'required']
    },
    key=['rate_id'],
    version='loaded_at',
    rules={'rate: not positive': 'rate <= 0'}
) }}
