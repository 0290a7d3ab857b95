-- Grain: contract_id.
-- One contract, with its worth a month and a year in the base currency (by the rate of the day it starts).
with contracts as (
    select
        *,
        {{ dbt.dateadd('day', 1, 'ends_on') }} as day_after_end
    from {{ ref('contracts') }}
    where starts_on < {{ as_of() }}
),

measured as (
    select
        *,
        cast({{ months_between('starts_on', 'day_after_end') }} as double) as months,
        -- a cancellation that lies ahead of the as-of day is not known yet
        cast(
            greatest(starts_on, case when cancelled_on < {{ as_of() }} then least(cancelled_on, day_after_end) else day_after_end end) as date
        ) as ends_before
    from contracts
)

select
    measured.contract_id,
    clusters.customer_key,
    {{ known('measured.product_id') }} as product,
    coalesce(customers.region, measured.region, '{{ var("unknown_member") }}') as region,
    {{ known('customers.segment') }} as customer_segment,
    measured.starts_on,
    measured.ends_on,
    measured.ends_before,
    measured.cancelled_on is not null and measured.cancelled_on < {{ as_of() }} as is_cancelled,
    measured.licences,
    measured.months,
    measured.total_amount,
    coalesce(upper(measured.currency), '{{ var("base_currency") }}') as currency,
    {{ to_base('measured.total_amount', 'rates') }} as total_amount_base,
    cast(round({{ to_base('measured.total_amount', 'rates') }} / nullif(measured.months, 0), 2) as decimal(18, 2)) as mrr,
    cast(round({{ to_base('measured.total_amount', 'rates') }} * 12 / nullif(measured.months, 0), 2) as decimal(18, 2)) as arr,
    cast({{ to_base('measured.total_amount', 'rates') }} as double) / {{ dbt.datediff('measured.starts_on', 'measured.day_after_end', 'day') }}
        as earned_a_day,
    rates.rate_to_base
from measured
left join {{ ref('int_identity_clusters') }} as clusters on concat('c:', measured.customer_id) = clusters.record
left join {{ ref('dim_customers') }} as customers on clusters.customer_key = customers.customer_key
{{ join_rate('rates', 'measured.currency', 'measured.starts_on') }}
