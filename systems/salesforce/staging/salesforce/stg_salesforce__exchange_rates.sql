-- Grain: date, currency.
-- One currency from one day on, to the warehouse's base currency: by the dated rates of the organization, of a currency without them
-- by the one rate that it always has.  A rate tells how much of the currency the organization's own one is worth.
with dated as (
    select
        currency,
        coalesce(starts_on, cast('{{ var('calendar_starts_on') }}' as date)) as date,
        rate,
        loaded_at,
        row_number() over (partition by currency, starts_on order by loaded_at desc, rate_id desc) as row_no
    from {{ ref('base_salesforce__dated_conversion_rate') }}
    where row_status = 'accepted'
),

lasting as (
    select currency, cast('{{ var('calendar_starts_on') }}' as date) as date, rate, loaded_at
    from {{ ref('base_salesforce__currency_type') }}
    where row_status = 'accepted'
),

rates as (
    select currency, date, rate, loaded_at from dated where row_no = 1
    union all
    select lasting.currency, lasting.date, lasting.rate, lasting.loaded_at
    from lasting
    left join dated on lasting.currency = dated.currency
    where dated.currency is null
)

select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    rates.date,
    rates.currency,
    coalesce(own.rate, own_lasting.rate) / rates.rate as rate_to_base,
    rates.loaded_at,
    'accepted' as row_status
from rates
left join rates as own on rates.date = own.date and own.currency = '{{ var("base_currency") }}'
left join lasting as own_lasting on own_lasting.currency = '{{ var("base_currency") }}'
where rates.currency <> '{{ var("base_currency") }}' and coalesce(own.rate, own_lasting.rate) is not null
