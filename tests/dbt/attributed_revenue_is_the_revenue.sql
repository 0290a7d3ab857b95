-- Proves that every attribution model gives away exactly the revenue and the margin of every sale and refund, to the last kopeck.
with money as (
    select event, event_id, sum(revenue) as revenue, sum(gross_profit) as gross_profit
    from {{ ref('sales_events') }}
    group by event, event_id
),

owed as (
    select money.*, models.model
    from money
    cross join {{ ref('seed_attribution_models') }} as models
),

attributed as (
    select model, event, event_id, sum(revenue_attributed) as revenue, sum(gross_profit) as gross_profit
    from {{ ref('attributed_revenue') }}
    group by model, event, event_id
)

select
    owed.model,
    owed.event,
    owed.event_id,
    owed.revenue,
    attributed.revenue as attributed_revenue,
    owed.gross_profit,
    attributed.gross_profit as attributed_gross_profit
from owed
full outer join attributed
    on owed.model = attributed.model and owed.event = attributed.event and owed.event_id = attributed.event_id
where
    owed.revenue is null
    or attributed.revenue is null
    or owed.revenue <> attributed.revenue
    or owed.gross_profit <> attributed.gross_profit
