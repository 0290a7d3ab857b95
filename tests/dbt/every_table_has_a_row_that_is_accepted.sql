-- A table that the sources filled and of which every row is rejected is no empty table: its file has another meaning than was thought.
-- Fewer rows than rejected_table_rows may be bad by chance, and an as-of day before the data tells nothing of it; the end of the build names them
-- all the same.  It looks at the end of a build, so that nothing is left unbuilt if it fails.  depends_on: {{ ref('source_totals') }}
select
    source_name,
    table_name,
    sum(raw_rows) as raw_rows,
    sum(rejected_rows) as rejected_rows,
    'every row is rejected, see quality.rejected_rows' as problem
from {{ ref('source_tie_out') }}
where not exists (select 1 from {{ ref('findings') }} where finding = 'as-of date before the data')
group by source_name, table_name
having sum(rejected_rows - no_record_rows) >= {{ var('rejected_table_rows') }}
    and sum(accepted_rows + superseded_rows + deleted_rows + not_yet_known_rows) = 0
