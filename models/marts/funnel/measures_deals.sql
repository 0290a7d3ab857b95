-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of deals, period, dimension and member.  A deal that was lost is one of its main product, and its amount is that of its lines.
with deals as (
    {{ period_measures(
        ref('deal_events'),
        dimensions=['channel', 'manager', 'team', 'pipeline', 'region', 'product_group'] + own_dimensions('deal_events'),
        coarse=['campaign'],
        sums=[
            'opportunities_new', 'opportunities_won', 'opportunities_open', 'opportunities_decided', 'deals_won', 'deals_won_priced', 'deals_lost',
            'deals_lost_unexplained', 'deals_closed', 'won_amount', 'cycle_days', 'days_from_creation', 'deals_timed', 'touchpoints'
        ],
        per_period={
            'cycle_days_median': percentile('cycle_days', 0.5), 'days_from_creation_median': percentile('days_from_creation', 0.5)
        }
    ) }}
),

losses as (
    {{ period_measures(
        ref('deal_events'),
        dimensions=['loss_group', 'stage'],
        coarse=['product'],
        sums=['deals_lost'],
        where="event = 'lost'",
        whole=false
    ) }}
),

lost as (
    {{ period_measures(
        ref('lost_deal_lines'),
        dimensions=['channel', 'manager', 'team', 'pipeline', 'region', 'product_group', 'loss_group', 'stage', 'amount_band'],
        coarse=['campaign', 'product'],
        sums=['lost_amount']
    ) }}
),

bands as (
    {{ period_measures(
        ref('deal_events'), dimensions=['amount_band'], where="event <> 'created'", whole=false,
        sums=['deals_won', 'deals_lost', 'deals_lost_unexplained', 'deals_closed']
    ) }}
)

select * from deals
union all
select * from losses
union all
select * from lost
union all
select * from bands
