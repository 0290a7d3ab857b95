-- Grain: one raw row of files/products, with its verdict.
{{ judged_rows(
    source('files', 'products'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'product_id': ['product_id', 'code', 'required'],
        'name': ['name', 'text'],
        'product_group': ['product_group', 'text'],
        'price': ['price', 'money'],
        'unit_cost': ['unit_cost', 'money'],
        'currency': ['currency', 'text']
    },
    key=['source_system', 'source_account', 'product_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
