-- Grain: one currency on one day of the business, at the rate of the day's last load.
with currencies as (
    select *, coalesce({{ local_date('loaded_at') }}, {{ local_date('updated_at') }}) as date
    from {{ ref('base_bitrix24__crm_currency') }}
    where row_status = 'accepted' and not coalesce(is_base, false)
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency, date order by loaded_at desc nulls last, updated_at desc nulls last
        ) as place
    from currencies
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    date,
    currency,
    amount / coalesce(units, 1) as rate_to_base,
    loaded_at,
    'accepted' as row_status
from ranked
where place = 1
