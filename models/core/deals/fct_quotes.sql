-- Grain: quote_id.
-- One quote sent before the as-of day, with the lead and the channel of its deal and its amount in the base currency, by the rate of its day.
with quotes as (
    select
        *,
        {{ local_date('sent_at') }} as sent_on
    from {{ ref('quotes') }}
    where sent_at < {{ cutoff() }}
)

select
    quotes.quote_id,
    quotes.source_system,
    quotes.created_at,
    quotes.sent_at,
    quotes.sent_on,
    quotes.status,
    quotes.deal_id,
    deals.lead_id,
    coalesce(clusters.customer_key, deals.customer_key) as customer_key,
    quotes.employee_id,
    {{ known('employees.team') }} as team,
    {{ known('deals.channel') }} as channel,
    quotes.amount,
    coalesce(upper(quotes.currency), '{{ var("base_currency") }}') as currency,
    {{ to_base('quotes.amount', 'rates') }} as amount_base
from quotes
left join {{ ref('fct_deals') }} as deals on quotes.deal_id = deals.deal_id
left join {{ ref('int_identity_clusters') }} as clusters on concat('c:', quotes.customer_id) = clusters.record
left join {{ ref('dim_employees') }} as employees on quotes.employee_id = employees.employee_id
{{ join_rate('rates', 'quotes.currency', 'quotes.sent_on') }}
