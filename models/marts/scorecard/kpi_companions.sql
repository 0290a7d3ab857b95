-- Grain: one figure that is shown beside a KPI, period (day, ISO week, month, quarter, year), dimension and member.
{{ kpi_table('companion_id', 'true') }}
