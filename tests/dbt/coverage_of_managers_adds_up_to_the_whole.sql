-- Proves that whoever has open deals is in the coverage: what managers, and what teams, have open and due, and at a late stage, adds up to the
-- whole of every period, the spans that running ones are compared with among them.
with figures as (
    select
        period_grain,
        period_start,
        dimension,
        sum(case when measure = 'coverage_pipeline' then value else 0 end) as due,
        sum(case when measure = 'coverage_late_pipeline' then value else 0 end) as late
    from {{ ref('measures_coverage') }}
    group by period_grain, period_start, dimension
)

select wholes.period_grain, wholes.period_start, slices.dimension, wholes.due, slices.due as due_of_slices, wholes.late, slices.late as late_of_slices
from figures as wholes
inner join figures as slices on wholes.period_grain = slices.period_grain and wholes.period_start = slices.period_start
where
    wholes.dimension = 'all' and slices.dimension in ('manager', 'team')
    and (abs(wholes.due - slices.due) > 0.005 or abs(wholes.late - slices.late) > 0.005)
