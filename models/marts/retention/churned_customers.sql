-- Grain: period_grain, period_start, customer_key.
-- One period and one customer who was active before its first day and no longer is at its end.
with spans as (
    select * from {{ ref('int_customer_spans') }} where dimension = 'all'
),

lapsed as (
    select
        periods.period_grain,
        periods.period_start,
        periods.last_known_day,
        spans.customer_key
    from {{ ref('periods') }} as periods
    inner join spans
        on spans.active_until between periods.period_start and periods.last_known_day and spans.active_from < periods.period_start
)

select
    lapsed.period_grain,
    lapsed.period_start,
    lapsed.customer_key,
    buyers.channel,
    buyers.region,
    buyers.customer_segment,
    cast(buyers.cohort_month as {{ dbt.type_string() }}) as cohort
from lapsed
inner join {{ ref('buyers') }} as buyers on lapsed.customer_key = buyers.customer_key
left join spans as at_end
    on lapsed.customer_key = at_end.customer_key
    and lapsed.last_known_day >= at_end.active_from and lapsed.last_known_day < at_end.active_until
where at_end.customer_key is null
