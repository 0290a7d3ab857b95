-- A table that the sources filled and of which every row is rejected is no empty table: its file has another meaning than was thought.
-- It looks at the end of a build, so that nothing is left unbuilt if it fails.  depends_on: {{ ref('findings') }} {{ ref('source_totals') }}
select
    source_name,
    table_name,
    sum(raw_rows) as raw_rows,
    sum(rejected_rows) as rejected_rows,
    'every row is rejected, see quality.rejected_rows' as problem
from {{ ref('source_tie_out') }}
group by source_name, table_name
having sum(rejected_rows - no_record_rows) > 0 and sum(accepted_rows + superseded_rows + deleted_rows + not_yet_known_rows) = 0
