-- No two rows of a model of the scorecard share its key.  The rows of the view metric_comparisons are those of kpi_values, kpi_companions and
-- kpi_values_by_pair, so their keys are its key: to work it out once more for its own took as long as kpi_values.
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
    ref('metric_value_starts'),
    ref('metric_values'),
    ref('targets_by_period')
]) }}
