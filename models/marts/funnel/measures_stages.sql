-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of stages, period, dimension and member.
{{ period_measures(
    ref('stage_events'),
    dimensions=['stage', 'pipeline', 'manager', 'team', 'channel'],
    sums=['stage_entries', 'stage_passes', 'stage_entries_open', 'stage_entries_decided', 'stays_ended', 'stage_days'],
    per_period={'stage_days_median': percentile('stage_days', 0.5)}
) }}
