-- Grain: one currency and one span of days over which one rate to the base currency holds: from its day until the next known one.
with quoted as (
    select
        upper(currency) as currency,
        date,
        rate_to_base,
        row_number() over (
            partition by upper(currency), date
            order by case source_system when 'files' then 1 when 'seed' then 2 else 3 end
        ) as place
    from {{ ref('exchange_rates') }}
    -- a rate that is not positive is none; quality.findings shows it
    where upper(currency) <> '{{ var("base_currency") }}' and rate_to_base > 0
)

select
    currency,
    date as valid_from,
    lead(date, 1, cast('9999-12-31' as date)) over (partition by currency order by date) as valid_until,
    rate_to_base
from quoted
where place = 1

union all

select
    '{{ var("base_currency") }}' as currency,
    cast('0001-01-01' as date) as valid_from,
    cast('9999-12-31' as date) as valid_until,
    1.0 as rate_to_base
