-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, contract_id.
-- One raw row of files/contracts, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
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
        'currency': ['currency', 'code'],
        'cancelled_on': ['cancelled_on', 'date', 'event'],
        'licences': ['licences', 'number', 'lenient'],
        'region': ['region', 'text']
    },
    key=['source_system', 'source_account', 'contract_id'],
    born=['starts_on', 'customer_id'],
    rules={
        'ends_on: before starts_on': 'ends_on < starts_on',
        'total_amount: negative': 'total_amount < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
