-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, review_id.
-- One raw row of files/reviews, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'reviews'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'review_id': ['review_id', 'code', 'required'],
        'created_at': ['created_at', 'timestamp', 'required'],
        'sentiment': ['sentiment', 'enum'],
        'rating': ['rating', 'number', 'lenient'],
        'customer_id': ['customer_id', 'code'],
        'product_id': ['product_id', 'code'],
        'channel': ['channel', 'text']
    },
    key=['source_system', 'source_account', 'review_id'],
    born=['created_at', 'customer_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
