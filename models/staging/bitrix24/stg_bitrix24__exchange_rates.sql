-- Grain: date, currency.
-- One currency on one day of the business, at the rate of the day's last load, to the warehouse's base currency.
with currencies as (
    select
        {{ iso_currency('currencies.currency') }} as currency,
        case when currencies.is_base then 1 else currencies.amount / coalesce(currencies.units, 1) end as portal_rate,
        coalesce(currencies.is_base, false) as is_portal_base,
        currencies.loaded_at,
        currencies.updated_at,
        {{ local_date('currencies.loaded_at') }} as loaded_on,
        {{ local_date('currencies.updated_at') }} as updated_on
    from {{ ref('base_bitrix24__crm_currency') }} as currencies
    where currencies.row_status = 'accepted'
),

-- the first rate loaded held since it was set
dated as (
    select
        *,
        case
            when row_number() over (partition by currency order by loaded_at nulls first, updated_at) = 1
                then least(coalesce(updated_on, loaded_on), coalesce(loaded_on, updated_on))
            else coalesce(loaded_on, updated_on)
        end as date
    from currencies
),

ranked as (
    select
        *,
        row_number() over (partition by currency, date order by loaded_at desc nulls last, updated_at desc nulls last) as row_no
    from dated
),

-- the portal tells rates to its own base currency: what the warehouse's costs there carries them over
own_rates as (
    select
        portal_rate,
        lead(date, 1, cast('9999-12-31' as date)) over (order by date) as valid_until,
        case when row_number() over (order by date) = 1 then cast('0001-01-01' as date) else date end as valid_from
    from ranked
    where currency = '{{ var("base_currency") }}' and row_no = 1
),

-- where it does not say, its rates can be used only if they are to the warehouse's base currency
portal as (
    select count(*) as other_bases from currencies where is_portal_base and currency <> '{{ var("base_currency") }}'
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    ranked.date,
    ranked.currency,
    ranked.portal_rate / coalesce(own_rates.portal_rate, 1) as rate_to_base,
    ranked.loaded_at,
    'accepted' as row_status
from ranked
cross join portal
left join own_rates on ranked.date >= own_rates.valid_from and ranked.date < own_rates.valid_until
where
    ranked.row_no = 1
    and ranked.currency <> '{{ var("base_currency") }}'
    and (own_rates.portal_rate is not null or portal.other_bases = 0)
