-- Proves that every figure of the scorecard is what the catalogue says: scale × numerator / denominator, in every grain and slice, and nothing
-- only where there is nothing to divide by, or less than nothing.
with figures as (
    select
        kpi_values.*,
        definitions.scale,
        case
            when definitions.kind = 'ratio' and not kpi_values.denominator > 0 then null
            when definitions.kind = 'ratio' then definitions.scale * kpi_values.numerator / kpi_values.denominator
            else definitions.scale * kpi_values.numerator
        end as worked_out
    from {{ ref('kpi_values') }} as kpi_values
    inner join {{ ref('kpi_definitions') }} as definitions on kpi_values.kpi_id = definitions.figure_id
)

select kpi_id, period_grain, period_start, dimension, dimension_key, value, numerator, denominator
from figures
where
    (value is null) <> (worked_out is null)
    or abs(value - worked_out) > 0.000000001 * (1 + abs(worked_out))
