-- Grain: one month and indicator of the head of sales.
{{ report_table('monthly', 'month') }}
