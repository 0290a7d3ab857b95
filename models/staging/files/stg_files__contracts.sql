-- Grain: one raw row of files/contracts, with its verdict.
{{ judged_rows(
    source('files', 'contracts'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'contract_id': ['contract_id', 'code', 'required'],
        'customer_id': ['customer_id', 'code', 'required'],
        'product_id': ['product_id', 'code'],
        'starts_on': ['starts_on', 'date', 'required'],
        'ends_on': ['ends_on', 'date', 'required'],
        'total_amount': ['total_amount', 'money', 'required'],
        'currency': ['currency', 'text'],
        'cancelled_on': ['cancelled_on', 'date', 'event'],
        'licences': ['licences', 'number'],
        'region': ['region', 'text']
    },
    key=['source_system', 'source_account', 'contract_id'],
    rules={'ends_on: before starts_on': 'ends_on < starts_on'},
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
