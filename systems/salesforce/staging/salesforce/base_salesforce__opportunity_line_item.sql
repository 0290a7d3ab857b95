-- Grain: _raw_file, _raw_row; of accepted rows line_id.
-- One raw row of salesforce/opportunity_line_item, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'opportunity_line_item')),
    columns={
        'line_id': ['Id', 'code', 'required'],
        'deal_id': ['OpportunityId', 'ref', 'required'],
        'product_id': ['Product2Id', 'ref'],
        'product_name': ['Name', 'text'],
        'position': ['SortOrder', 'integer'],
        'quantity': ['Quantity', 'number'],
        'amount': ['TotalPrice', 'money'],
        'currency': ['CurrencyIsoCode', 'code'],
        'updated_at': ['SystemModstamp', 'timestamp']
    },
    key=['line_id'],
    version='updated_at',
    deleted='is_gone',
    rules={'quantity: negative': 'quantity < 0'}
) }}
