-- Grain: date, currency.
-- One currency on one day from which the account has a rate of it to the warehouse's base currency; of several, the last of the day.
with ranked as (
    select
        *,
        {{ local_date('effective_at') }} as date,
        row_number() over (partition by currency, {{ local_date('effective_at') }} order by effective_at desc, rate_id desc) as row_no
    from {{ ref('base_hubspot__exchange_rates') }}
    where row_status = 'accepted' and to_currency = '{{ var("base_currency") }}' and currency <> to_currency
)

select
    'hubspot' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    date,
    currency,
    rate as rate_to_base,
    loaded_at,
    row_status
from ranked
where row_no = 1
