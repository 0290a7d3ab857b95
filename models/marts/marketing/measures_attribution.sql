-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of attribution as a whole (by the default model), period, dimension and member.
{{ period_measures(
    ref('attributed_revenue'),
    dimensions=['channel'],
    sums=['revenue_attributed', 'revenue_touched', 'sales_attributed'],
    where="model = '" ~ var('default_attribution') ~ "'"
) }}
