-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, product_id.
-- One raw row of files/products, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'products'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'product_id': ['product_id', 'code', 'required'],
        'name': ['name', 'text'],
        'product_group': ['product_group', 'text'],
        'price': ['price', 'money', 'lenient'],
        'unit_cost': ['unit_cost', 'money', 'lenient'],
        'currency': ['currency', 'code']
    },
    key=['source_system', 'source_account', 'product_id'],
    rules={
        'price: or unit cost negative': 'price < 0 or unit_cost < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
