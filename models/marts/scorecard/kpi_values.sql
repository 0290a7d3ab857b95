-- Grain: one KPI, period (day, ISO week, month, quarter, year), dimension and member.
{{ kpi_table('kpi_id', 'false') }}
