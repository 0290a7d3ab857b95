-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of the reports' own runs, period, dimension and member.
{{ period_measures(
    ref('report_events'),
    dimensions=['report'],
    sums=['reports_scheduled', 'reports_on_time', 'checks_run', 'checks_passed', 'kpis_present', 'kpis_catalogued']
) }}
