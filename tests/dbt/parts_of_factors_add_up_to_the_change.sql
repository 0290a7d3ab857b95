-- Proves that the parts of a tree's factors are together the change of its outcome, to the kopeck, in every period, and that all of them are told
-- or none.
select
    tree_id,
    period_grain,
    period_start,
    compared_with,
    min(outcome_change) as outcome_change,
    sum(part) as parts_sum
from {{ ref('change_factors') }}
group by tree_id, period_grain, period_start, compared_with
having count(part) not in (0, count(*)) or abs(sum(part) - min(outcome_change)) >= 0.005
