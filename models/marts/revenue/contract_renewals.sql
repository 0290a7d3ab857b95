-- Grain: contract_id.
-- One contract that has run to its end, on the day after it: a renewal that was due, and whether the customer went on with the same product.
-- One that was called off is due to nobody. A renewal is open until var renewal_days after the end.
with contracts as (
    select * from {{ ref('fct_contracts') }} where starts_on < ends_before
),

ended as (
    select * from contracts where ends_before > ends_on and ends_before < {{ as_of() }}
),

renewed as (
    select ended.contract_id, min(later.starts_on) as renewed_on, sum(later.mrr) as renewed_mrr
    from ended
    inner join contracts as later
        on ended.customer_key = later.customer_key
        and ended.product = later.product
        and later.ends_before > ended.ends_before
        and later.starts_on > ended.starts_on
        and later.starts_on <= {{ dbt.dateadd('day', var('renewal_days'), 'ended.ends_before') }}
    group by ended.contract_id
)

select
    ended.ends_before as event_date,
    ended.contract_id,
    ended.customer_key,
    ended.product,
    ended.region,
    ended.mrr,
    renewed.renewed_on,
    cast(renewed.renewed_mrr as decimal(18, 2)) as renewed_mrr,
    1 as renewals_due,
    {{ flag('renewed.contract_id is not null') }} as renewals_done,
    {{ flag('renewed.contract_id is null and ' ~ dbt.dateadd('day', var('renewal_days'), 'ended.ends_before') ~ ' >= ' ~ as_of()) }} as renewals_open
from ended
left join renewed on ended.contract_id = renewed.contract_id
