-- Grain: source_system, source_account, customer_id.
-- One customer_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'customers',
    {
        'customer_id': 'ref customer',
        'kind': 'string',
        'name': 'string',
        'region': 'place',
        'city': 'string',
        'country': 'string',
        'segment': 'string',
        'created_at': 'timestamp',
        'email': 'string',
        'phone': 'string',
        'web_client_id': 'string',
        'merged_into_id': 'ref customer',
        'company_id': 'string'
    }
) }}
