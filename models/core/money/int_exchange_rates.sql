-- Grain: currency, valid_from.
-- One currency and one span of days over which one rate to the base currency holds: from its day until the next known one.  The first
-- known one reaches back some days (var first_rate_reaches_back_days); known_from is its own day.
with quoted as (
    select
        upper(currency) as currency,
        date,
        rate_to_base,
        row_number() over (
            partition by upper(currency), date
            order by case source_system when 'files' then 1 when 'seed' then 2 else 3 end
        ) as row_no
    from {{ ref('exchange_rates') }}
    -- a rate that is not positive is none; quality.findings shows it
    where upper(currency) <> '{{ var("base_currency") }}' and rate_to_base > 0
),

known as (
    select
        currency,
        date,
        rate_to_base,
        row_number() over (partition by currency order by date) as rate_no,
        lead(date, 1, cast('9999-12-31' as date)) over (partition by currency order by date) as next_date
    from quoted
    where row_no = 1
)

select
    currency,
    case
        when rate_no = 1 then cast({{ dbt.dateadd('day', -var('first_rate_reaches_back_days'), 'date') }} as date)
        else date
    end as valid_from,
    next_date as valid_until,
    date as known_from,
    rate_to_base
from known

union all

select
    '{{ var("base_currency") }}' as currency,
    cast('0001-01-01' as date) as valid_from,
    cast('9999-12-31' as date) as valid_until,
    cast('0001-01-01' as date) as known_from,
    1.0 as rate_to_base
