-- An empty warehouse has not passed: where the sources brought rows, some of them are known on the as-of day.
-- It looks at the end of a build, so that nothing is left unbuilt if it fails.  depends_on: {{ ref('findings') }} {{ ref('source_totals') }}
select
    sum(raw_rows) as raw_rows,
    sum(not_yet_known_rows) as not_yet_known_rows,
    cast(min(load_day) as {{ dbt.type_string() }}) as first_loaded_on,
    'no row is known on the as-of day {{ as_of_date() }}: set KPI_AS_OF to a later day' as problem
from {{ ref('source_tie_out') }}
having sum(not_yet_known_rows) > 0 and sum(accepted_rows) = 0
