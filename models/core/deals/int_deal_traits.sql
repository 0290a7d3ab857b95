-- Grain: deal_id.
-- One deal, with what is known of it from elsewhere: its main product group and the main product of that group, its first contact, its touchpoints
-- before the win, and the stage in which it was lost.
with deals as (
    select
        deals.*,
        states.is_closing_told
    from {{ ref('fct_deals') }} as deals
    inner join {{ ref('int_deal_states') }} as states on deals.deal_id = states.deal_id
),

sold as (
    select
        lines.deal_id,
        products.product_group,
        lines.product_id,
        sum(lines.amount) as amount,
        sum(sum(lines.amount)) over (partition by lines.deal_id, products.product_group) as group_amount
    from {{ ref('deal_lines') }} as lines
    left join {{ ref('dim_products') }} as products on lines.product_id = products.product_id
    group by lines.deal_id, products.product_group, lines.product_id
),

mains as (
    select
        *,
        row_number() over (partition by deal_id order by group_amount desc, product_group asc, amount desc, product_id asc) as row_no
    from sold
),

-- since the customer's sale before this one, and no longer than the look-back before the deal was opened
visits as (
    select sales.deal_id, count(*) as visits
    from {{ ref('fct_sales') }} as sales
    inner join {{ ref('int_record_people') }} as people on concat('d:', sales.deal_id) = people.record
    inner join {{ ref('fct_web_sessions') }} as sessions
        on people.customer_key = sessions.customer_key
        and sessions.started_at <= sales.sold_at
        and sessions.started_at >= {{ add_seconds('sales.opened_at', '-86400 * ' ~ var('attribution_lookback_days')) }}
        and sessions.started_at > coalesce(sales.customer_previous_sold_at, cast('0001-01-01' as timestamp))
    group by sales.deal_id
),

-- a deal is lost out of the last open stage that it was in
open_stages as (
    select object_id as deal_id, stage_key, row_number() over (partition by object_id order by entered_at desc, left_at desc) as row_no
    from {{ ref('fct_stage_changes') }}
    where object = 'deal' and status = 'open' and left_at is not null
)

select
    deals.deal_id,
    {{ known('mains.product_group') }} as product_group,
    {{ known('mains.product_id') }} as product,
    contacts.first_contact_at,
    coalesce(contacts.contacts, 0) + coalesce(visits.visits, 0) as touchpoints,
    -- not known of a win that nobody dates, nor of a deal entered on a later day than it was won
    case
        when deals.is_closing_told and deals.won_on >= deals.created_on
            then {{ seconds_taken('coalesce(contacts.first_contact_at, deals.created_at)', 'deals.won_at') }} / 86400.0
    end as cycle_days,
    case
        when deals.is_closing_told and deals.won_on >= deals.created_on
            then {{ seconds_taken('deals.created_at', 'deals.won_at') }} / 86400.0
    end as days_from_creation,
    case when deals.lost_on is not null then {{ known('open_stages.stage_key') }} end as lost_from_stage
from deals
left join mains on deals.deal_id = mains.deal_id and mains.row_no = 1
left join {{ ref('int_deal_contacts') }} as contacts on deals.deal_id = contacts.deal_id
left join visits on deals.deal_id = visits.deal_id
left join open_stages on deals.deal_id = open_stages.deal_id and open_stages.row_no = 1
