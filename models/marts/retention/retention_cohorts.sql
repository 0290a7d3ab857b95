-- Grain: one cohort (customers by the month of their first purchase) and one month since, up to the last month that is over.
{{ cohort_table() }}
