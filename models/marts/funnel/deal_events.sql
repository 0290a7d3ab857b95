-- Grain: deal_id, event.
-- One step of one deal: created, won, lost, each on its day.
with deals as (
    select
        *,
        status = 'open' and created_on > {{ dbt.dateadd('day', -var('maturity_days'), as_of()) }} as is_open
    from {{ ref('fct_deals') }}
),

bands as (
    select amount_band, amount_from, lead(amount_from) over (order by amount_from) as amount_until from {{ ref('seed_amount_bands') }}
),

steps as (
    select deal_id, 'created' as event, created_on as event_date from deals
    union all
    select deal_id, 'won', won_on from deals where won_on is not null
    union all
    select deal_id, 'lost', lost_on from deals where lost_on is not null
)

select
    steps.event_date,
    steps.event,
    deals.deal_id,
    case when deals.is_customer_known then deals.customer_key end as known_customer_key,
    deals.channel,
    deals.campaign,
    deals.source_system,
    {{ known('deals.employee_id') }} as manager,
    {{ known('employees.employee_name') }} as manager_name,
    deals.team,
    deals.pipeline_id as pipeline,
    deals.region,
    traits.product_group,
    traits.product,
    deals.lost_reason,
    deals.loss_group,
    case when event = 'lost' then traits.lost_from_stage end as stage,
    {{ known('bands.amount_band') }} as amount_band,
    {{ own_columns('deal_events', 'deals') -}}
    {{ flag("event = 'created'") }} as opportunities_new,
    {{ flag("event = 'created' and deals.status = 'won'") }} as opportunities_won,
    {{ flag("event = 'created' and deals.is_open") }} as opportunities_open,
    {{ flag("event = 'created' and not deals.is_open") }} as opportunities_decided,
    {{ flag("event = 'won'") }} as deals_won,
    {{ flag("event = 'won' and deals.amount_base is not null") }} as deals_won_priced,
    {{ flag("event = 'lost'") }} as deals_lost,
    {{ flag("event = 'lost' and deals.lost_reason is null") }} as deals_lost_unexplained,
    {{ flag("event in ('won', 'lost')") }} as deals_closed,
    case when event = 'lost' then coalesce(deals.amount_base, 0) else 0 end as lost_amount,
    case when event = 'won' then coalesce(deals.amount_base, 0) else 0 end as won_amount,
    case when event = 'won' then traits.cycle_days end as cycle_days,
    case when event = 'won' then traits.days_from_creation end as days_from_creation,
    {{ flag("event = 'won' and traits.cycle_days is not null") }} as deals_timed,
    case when event = 'won' then traits.touchpoints else 0 end as touchpoints
from steps
inner join deals on steps.deal_id = deals.deal_id
inner join {{ ref('int_deal_traits') }} as traits on deals.deal_id = traits.deal_id
left join {{ ref('dim_employees') }} as employees on deals.employee_id = employees.employee_id
-- an amount of nought tells none
left join bands
    on nullif(deals.amount_base, 0) >= bands.amount_from and (deals.amount_base < bands.amount_until or bands.amount_until is null)
