-- Grain: source_system, source_account, response_id.
-- One response_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'survey_responses',
    {
        'response_id': 'ref response',
        'survey': 'string',
        'answered_at': 'late timestamp',
        'score': 'double',
        'customer_id': 'ref customer',
        'employee_id': 'ref employee',
        'product_group': 'string'
    }
) }}
