-- Proves that no raw row vanished: of every source, table and load day the rows that the raw views counted are accepted, superseded, deleted, not
-- yet known or rejected, and every rejected one is named with its reason.
select source_name, table_name, cast(load_day as {{ dbt.type_string() }}) as load_day, raw_rows, 'rows without a status' as problem
from {{ ref('source_tie_out') }}
where
    not is_tied_out
    or raw_rows <> accepted_rows + superseded_rows + deleted_rows + not_yet_known_rows + rejected_rows

union all

select told.source_name, told.table_name, null, told.rejected_rows, 'rejected rows without a reason'
from (
    select source_name, table_name, sum(rejected_rows) as rejected_rows from {{ ref('source_tie_out') }} group by source_name, table_name
) as told
left join (
    select source_name, table_name, count(*) as named_rows
    from {{ ref('rejected_rows') }}
    where raw_row is not null and reason is not null
    group by source_name, table_name
) as named on told.source_name = named.source_name and told.table_name = named.table_name
where told.rejected_rows <> coalesce(named.named_rows, 0)
