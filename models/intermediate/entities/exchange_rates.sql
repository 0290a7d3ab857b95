-- Grain: one date, currency of a source account.
{{ union_sources(
    'exchange_rates',
    {
        'date': 'date',
        'currency': 'string',
        'rate_to_base': 'double'
    }
) }}
