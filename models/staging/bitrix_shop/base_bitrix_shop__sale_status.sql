-- Grain: _raw_file, _raw_row; of accepted rows status_id.
-- One raw row of bitrix_shop/sale_status, with its row status.
{{ validated_rows(
    source('bitrix_shop', 'sale_status'),
    columns={
        'status_id': ['id', 'text', 'required'],
        'type': ['type', 'text'],
        'position': ['sort', 'integer', 'lenient']
    },
    key=['status_id']
) }}
