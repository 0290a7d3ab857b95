-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, customer_id.
-- One raw row of files/customers, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'customers'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'customer_id': ['customer_id', 'code', 'required'],
        'kind': ['kind', 'enum'],
        'name': ['name', 'text'],
        'region': ['region', 'text'],
        'city': ['city', 'text'],
        'country': ['country', 'text'],
        'segment': ['segment', 'text'],
        'created_at': ['created_at', 'timestamp'],
        'email': ['email', 'text'],
        'phone': ['phone', 'ref'],
        'web_client_id': ['web_client_id', 'ref'],
        'merged_into_id': ['merged_into_id', 'code'],
        'company_id': ['company_id', 'code']
    },
    key=['source_system', 'source_account', 'customer_id'],
    born=['created_at', 'email', 'phone', 'name'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
