-- Grain: contract_id, part, year_no, event.
-- One contract, or one year of its schedule, that begins (plus) or ends (minus) to run.
-- One that was called off before it began never ran.
with contracts as (
    select * from {{ ref('fct_contracts') }} where starts_on < ends_before
),

-- a contract with a yearly schedule is worth, in each of its years, what the schedule says of that year
scheduled_years as (
    select
        contracts.contract_id,
        contracts.product,
        contracts.region,
        schedule.year_no,
        {{ anniversary('contracts.starts_on', '12 * (cast(schedule.year_no as integer) - 1)') }} as year_from,
        least({{ anniversary('contracts.starts_on', '12 * cast(schedule.year_no as integer)') }}, contracts.ends_before) as year_until,
        cast(round(schedule.amount * contracts.rate_to_base, 2) as decimal(18, 2)) as amount_base
    from {{ ref('contract_schedule') }} as schedule
    inner join contracts on schedule.contract_id = contracts.contract_id
),

-- one with licences and no schedule: licences × what one of them brings a year
licensed as (
    select contracts.*
    from contracts
    left join (select distinct contract_id from {{ ref('contract_schedule') }}) as scheduled on contracts.contract_id = scheduled.contract_id
    where contracts.licences > 0 and scheduled.contract_id is null
),

spans as (
    select
        contract_id, 'contract' as part, 0 as year_no, product, region, starts_on as valid_from, ends_before as valid_until, 1 as contracts_active,
        {{ flag('arr is not null') }} as contracts_priced, mrr, arr,
        0 as arr_variable, 0 as arr_licences
    from contracts
    union all
    select contract_id, 'year of the schedule', year_no, product, region, year_from, year_until, 0, 0, 0, 0, amount_base, 0
    from scheduled_years
    where year_from < year_until
    union all
    select contract_id, 'licences', 0, product, region, starts_on, ends_before, 0, 0, 0, 0, 0, arr from licensed
)

select
    valid_from as event_date, 'begins' as event, contract_id, part, year_no, product, region,
    contracts_active, contracts_priced, mrr, arr, arr_variable, arr_licences
from spans
where valid_from < {{ as_of() }}
union all
select
    valid_until, 'ends', contract_id, part, year_no, product, region,
    -contracts_active, -contracts_priced, -mrr, -arr, -arr_variable, -arr_licences
from spans
where valid_until < {{ as_of() }}
