-- Grain: one cohort (customers by the month of their first purchase) and one month since, up to the running month, which is marked as not complete.
{{ cohort_table() }}
