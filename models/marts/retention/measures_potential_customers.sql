-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of potential customers, period, dimension and member: people and companies with a lead, an open deal or a first sale.
{{ period_measures(
    ref('potential_customer_days'),
    dimensions=['channel', 'region'],
    per_period={'customers_potential': 'count(distinct customer_key)'}
) }}
