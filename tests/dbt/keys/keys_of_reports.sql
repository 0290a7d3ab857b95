-- No two rows of a model of the reports share its key.
{{ repeated_keys([
    ref('int_report_changes'),
    ref('int_report_movers'),
    ref('report_daily'),
    ref('report_indicators'),
    ref('report_monthly'),
    ref('report_reasons'),
    ref('report_weekly')
]) }}
