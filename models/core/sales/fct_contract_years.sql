-- Grain: contract_id, year_no.
-- One year of a contract's schedule: what the contract is worth in it, in the base currency by the rate of the day that the contract starts.
-- One that the contract does not live to see ends before it begins.
select
    contracts.contract_id,
    schedule.year_no,
    contracts.customer_key,
    contracts.product,
    contracts.region,
    {{ anniversary('contracts.starts_on', '12 * (cast(schedule.year_no as integer) - 1)') }} as starts_on,
    least({{ anniversary('contracts.starts_on', '12 * cast(schedule.year_no as integer)') }}, contracts.ends_before) as ends_before,
    schedule.amount,
    contracts.currency,
    cast(round(schedule.amount * contracts.rate_to_base, 2) as decimal(18, 2)) as amount_base,
    cast(round(schedule.amount * contracts.rate_to_base, 2) as double) / {{ dbt.datediff(
        anniversary('contracts.starts_on', '12 * (cast(schedule.year_no as integer) - 1)'),
        anniversary('contracts.starts_on', '12 * cast(schedule.year_no as integer)'), 'day'
    ) }} as earned_a_day
from {{ ref('contract_schedule') }} as schedule
inner join {{ ref('fct_contracts') }} as contracts on schedule.contract_id = contracts.contract_id
