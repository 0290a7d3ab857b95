-- Grain: finding, subject.
-- One thing about the accepted data that a person should look at.  Nothing was dropped for it: the rows are in the marts, under
-- an unknown member or without the part that could not be worked out.
with as_of_date as (
    select 'as-of date before the data' as finding, 'nothing had happened before {{ as_of_date() }}' as subject
    from (select count(*) as periods from {{ ref('periods') }}) as counted
    where periods = 0
),

unexplained as (
    select 'raw rows without a status' as finding, concat(source_name, '/', table_name) as subject
    from {{ ref('source_tie_out') }}
    where
        not is_tied_out
        or raw_rows <> accepted_rows + superseded_rows + deleted_rows + not_yet_known_rows + rejected_rows
),

all_findings as (
    select finding, subject, rows_affected from {{ ref('int_word_findings') }}
    union all
    select finding, subject, rows_affected from {{ ref('int_member_findings') }}
    union all
    select finding, subject, rows_affected from {{ ref('int_id_findings') }}
    union all
    select finding, subject, rows_affected from {{ ref('int_record_findings') }}
    union all
    select finding, subject, rows_affected from {{ ref('int_rate_findings') }}
    union all
    select finding, subject, rows_affected from {{ ref('int_target_findings') }}
    union all
    select finding, subject, rows_affected from {{ ref('int_money_findings') }}
    union all
    select finding, subject, rows_affected from {{ ref('int_time_findings') }}
    union all
    select finding, subject, 1 from as_of_date
    union all
    select finding, subject, 1 from unexplained
)

select
    finding,
    subject,
    cast(sum(rows_affected) as bigint) as rows_affected
from all_findings
group by finding, subject
