-- Grain: period_grain, period_start, customer_key.
-- One period and one customer who is active at its end and had an interaction in it.
with interactions as (
    {%- for span in period_spans('event_date') %}
    select
        {{ span.grain }} as period_grain,
        {{ span.start }} as period_start,
        customer_key,
        count(*) as interactions
    from {{ ref('customer_interactions') }}
    {{ span.join }}
    group by 1, 2, 3
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    interactions.period_grain,
    interactions.period_start,
    interactions.customer_key,
    buyers.channel,
    buyers.region,
    buyers.customer_segment,
    interactions.interactions
from interactions
inner join {{ ref('periods') }} as periods
    on interactions.period_grain = periods.period_grain and interactions.period_start = periods.period_start
inner join {{ ref('buyers') }} as buyers on interactions.customer_key = buyers.customer_key
inner join {{ ref('int_customer_spans') }} as spans
    on interactions.customer_key = spans.customer_key
    and spans.dimension = 'all'
    and periods.last_known_day >= spans.active_from and periods.last_known_day < spans.active_until
