-- Grain: one contract_id, year_no of a source account.
{{ union_sources(
    'contract_schedule',
    {
        'contract_id': 'ref contract',
        'year_no': 'bigint',
        'amount': 'decimal(18, 2)'
    }
) }}
