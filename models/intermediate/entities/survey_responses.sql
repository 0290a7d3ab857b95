-- Grain: one response_id of a source account.
{{ union_sources(
    'survey_responses',
    {
        'response_id': 'ref response',
        'survey': 'string',
        'answered_at': 'timestamp',
        'score': 'double',
        'customer_id': 'ref customer',
        'employee_id': 'ref employee',
        'product_group': 'string'
    }
) }}
