-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One balance of the open pipeline, period, dimension and member.
{{ balance_measures(
    ref('pipeline_changes'),
    dimensions=['manager', 'team', 'pipeline', 'stage'],
    balances=['deals_active', 'pipeline_amount']
) }}
