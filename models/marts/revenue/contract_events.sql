-- Grain: contract_id, part, year_no, event.
-- One contract, or one year of its schedule, that begins (plus) or ends (minus) to run.
-- One that was called off before it began never ran.
with years as (
    select * from {{ ref('fct_contract_years') }}
),

-- a contract with a yearly schedule is worth, in each of its years, what the schedule says of that year
contracts as (
    select
        contracts.*,
        scheduled.contract_id is not null as is_scheduled
    from {{ ref('fct_contracts') }} as contracts
    left join (select distinct contract_id from years) as scheduled on contracts.contract_id = scheduled.contract_id
    where contracts.starts_on < contracts.ends_before
),

-- one with licences and no schedule: licences × what one of them brings a year
licensed as (
    select * from contracts where licences > 0 and not is_scheduled
),

spans as (
    select
        contract_id, 'contract' as part, 0 as year_no, product, region, starts_on as valid_from, ends_before as valid_until, 1 as contracts_active,
        {{ flag('arr is not null') }} as contracts_priced, mrr, arr,
        0 as arr_variable, 0 as arr_licences, case when is_scheduled then 0 else earned_a_day end as earned_a_day
    from contracts
    union all
    select contract_id, 'year of the schedule', year_no, product, region, starts_on, ends_before, 0, 0, 0, 0, amount_base, 0, earned_a_day
    from years
    where starts_on < ends_before
    union all
    select contract_id, 'licences', 0, product, region, starts_on, ends_before, 0, 0, 0, 0, 0, arr, 0 from licensed
)

select
    valid_from as event_date, 'begins' as event, contract_id, part, year_no, product, region,
    contracts_active, contracts_priced, mrr, arr, arr_variable, arr_licences, earned_a_day
from spans
where valid_from < {{ as_of() }}
union all
select
    valid_until, 'ends', contract_id, part, year_no, product, region,
    -contracts_active, -contracts_priced, -mrr, -arr, -arr_variable, -arr_licences, -earned_a_day
from spans
where valid_until < {{ as_of() }}
