-- Grain: one day and indicator of the head of sales.
{{ report_table('daily', 'day') }}
