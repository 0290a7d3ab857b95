-- Grain: event_id.
-- One purchase sent in one visit.
with visits as (
    select * from {{ ref('base_yandex_metrica__visits') }} where row_status = 'accepted'
),

sent as (
    {{ unnest_arrays(
        'visits',
        keep=['session_id', 'counter_id', 'web_client_id', 'started_at', 'is_robot', 'loaded_at'],
        arrays={
            'purchase_id': 'purchase_ids',
            'purchase_time': 'purchase_times',
            'revenue': 'purchase_revenues',
            'currency': 'purchase_currencies'
        }
    ) | indent(4) }}
),

spelled as (
    select
        *,
        {{ iso_moment('purchase_time') }} as iso_purchase_time,
        {{ clean_text('purchase_id') }} as clean_order_id,
        {{ clean_text('revenue') }} as clean_revenue,
        {{ clean_text('currency') }} as clean_currency
    from sent
),

purchases as (
    select
        concat_ws('-', session_id, 'purchase', position) as event_id,
        session_id,
        counter_id,
        web_client_id,
        coalesce({{ read_timestamp('iso_purchase_time') }}, started_at) as occurred_at,
        {{ read_ref('clean_order_id') }} as order_id,
        {{ read_money('clean_revenue') }} as amount,
        clean_currency as currency,
        is_robot,
        loaded_at
    from spelled
),

-- a page that is loaded again sends its order again: the first time counts.  Shops number their orders anew each year, so a number sent in
-- another year is another order, unless it comes a few days later or from the same browser with the same sum.
numbered as (
    select
        *,
        lag(occurred_at) over (partition by counter_id, order_id, coalesce(is_robot, false) order by occurred_at, event_id) as sent_before_at,
        row_number() over (
            partition by counter_id, order_id, coalesce(is_robot, false), extract(year from {{ local_date('occurred_at') }})
            order by occurred_at, event_id
        ) as number_in_year,
        row_number() over (
            partition by counter_id, order_id, coalesce(is_robot, false), web_client_id, amount order by occurred_at, event_id
        ) as number_of_browser
    from purchases
)

select
    event_id,
    session_id,
    counter_id,
    web_client_id,
    occurred_at,
    order_id,
    amount,
    currency,
    is_robot,
    loaded_at,
    order_id is not null
    and (
        number_in_year > 1
        or (number_of_browser > 1 and web_client_id is not null)
        or coalesce({{ seconds_between('sent_before_at', 'occurred_at') }} <= 86400 * {{ var('purchase_of_order_days') }}, false)
    ) as is_repeat
from numbered
