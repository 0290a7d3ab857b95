-- Grain: _raw_file, _raw_row; of accepted rows product_id.
-- One raw row of salesforce/product_2, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'product_2')),
    columns={
        'product_id': ['Id', 'code', 'required'],
        'name': ['Name', 'text'],
        'product_group': ['Family', 'text'],
        'currency': ['CurrencyIsoCode', 'code'],
        'updated_at': ['SystemModstamp', 'timestamp']
    },
    key=['product_id'],
    version='updated_at',
    deleted='is_gone'
) }}
