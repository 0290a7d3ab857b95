-- Grain: one ISO week and indicator of the head of sales.
{{ report_table('weekly', 'week') }}
