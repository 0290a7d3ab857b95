-- No two rows of a model of the scorecard share its key.
{{ repeated_keys([
    ref('change_factors'),
    ref('dimension_members'),
    ref('int_combined_values'),
    ref('int_planned_values'),
    ref('int_plans_to_date'),
    ref('int_tree_factors'),
    ref('kpi_catalogue'),
    ref('kpi_companions'),
    ref('kpi_definitions'),
    ref('kpi_to_date'),
    ref('kpi_values'),
    ref('kpi_values_by_pair'),
    ref('metric_comparisons'),
    ref('metric_value_starts'),
    ref('metric_values'),
    ref('targets_by_period')
]) }}
