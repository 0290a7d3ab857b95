-- Grain: one response_id of a source account.
{{ union_sources(
    'survey_responses',
    ['files'],
    {
        'response_id': 'string',
        'survey': 'string',
        'answered_at': 'timestamp',
        'score': 'double',
        'customer_id': 'string',
        'employee_id': 'string',
        'product_group': 'string'
    }
) }}
