-- Grain: _raw_file, _raw_row; of accepted rows product_id.
-- One raw row of bitrix24/catalog_product, with its row status.
{{ validated_rows(
    source('bitrix24', 'catalog_product'),
    columns={
        'product_id': ['id', 'code', 'required'],
        'section_id': ['iblockSectionId', 'ref'],
        'name': ['name', 'text'],
        'unit_cost': ['purchasingPrice', 'money', 'lenient'],
        'currency': ['purchasingCurrency', 'ref'],
        'modified_at': ['timestampX', 'timestamp']
    },
    key=['product_id'],
    version='modified_at',
    rules={'unit_cost: negative': 'unit_cost < 0'}
) }}
