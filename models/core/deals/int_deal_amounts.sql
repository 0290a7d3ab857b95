-- Grain: deal_id.
-- One deal created before the as-of day, with what it is worth: its own amount, else that of its lines; when it was won, also that of the paid
-- orders that are the same sale.
with links as (
    select order_id, deal_id, row_number() over (partition by order_id order by priority, deal_id) as row_no
    from {{ ref('int_order_deals') }}
),

refunded as (
    select order_id, coalesce(upper(currency), '{{ var("base_currency") }}') as currency, sum(amount) as amount
    from {{ ref('refunds') }}
    where refunded_at < {{ cutoff() }}
    group by order_id, coalesce(upper(currency), '{{ var("base_currency") }}')
),

-- what the orders of a deal add up to and what of it was kept: in their own currency or, where they have several, in the base currency
ordered as (
    select
        links.deal_id,
        case when count(distinct orders.currency) = 1 then min(orders.currency) else '{{ var("base_currency") }}' end as currency,
        cast(case when count(distinct orders.currency) = 1 then sum(orders.amount) else sum(orders.amount_base) end as decimal(18, 2)) as amount,
        cast(
            case when count(distinct orders.currency) = 1 then sum(orders.amount - coalesce(refunded.amount, 0)) end as decimal(18, 2)
        ) as kept_amount
    from links
    inner join {{ ref('int_paid_orders') }} as orders on links.order_id = orders.order_id
    left join refunded on orders.order_id = refunded.order_id and orders.currency = refunded.currency
    where links.row_no = 1
    group by links.deal_id
),

told as (
    select
        deals.deal_id,
        deals.currency,
        coalesce({{ local_date('coalesce(states.won_at, states.lost_at)') }}, {{ dbt.dateadd('day', -1, as_of()) }}) as rate_day,
        -- an amount of nought beside lines or paid orders tells none
        coalesce(nullif(deals.amount, 0), nullif(lines.lines_amount, 0)) as told_amount,
        coalesce(deals.amount, lines.lines_amount) as nought,
        case when states.won_at is not null then ordered.amount end as ordered_amount,
        case when states.won_at is not null then ordered.kept_amount end as kept_amount,
        case when states.won_at is not null then ordered.currency end as ordered_currency
    from {{ ref('deals') }} as deals
    inner join {{ ref('int_deal_states') }} as states on deals.deal_id = states.deal_id
    left join {{ ref('int_line_totals') }} as lines on concat('deal:', deals.deal_id) = lines.sale_id
    left join ordered on deals.deal_id = ordered.deal_id
),

-- A won deal that tells no amount is worth what its orders are; one that was cut to what was kept of them was worth all of it when it was won.
worthy as (
    select
        deal_id,
        rate_day,
        case
            when told_amount is null then coalesce(ordered_amount, nought)
            when told_amount = kept_amount and coalesce(currency, ordered_currency) = ordered_currency then ordered_amount
            else told_amount
        end as amount,
        case when told_amount is null then coalesce(ordered_currency, currency) else currency end as currency
    from told
)

select
    worthy.deal_id,
    worthy.amount,
    coalesce(upper(worthy.currency), '{{ var("base_currency") }}') as currency,
    {{ to_base('worthy.amount', 'rates') }} as amount_base
from worthy
{{ join_rate('rates', 'worthy.currency', 'worthy.rate_day') }}
