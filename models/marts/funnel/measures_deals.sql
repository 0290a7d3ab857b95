-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of deals, period, dimension and member.
with deals as (
    {{ period_measures(
        ref('deal_events'),
        dimensions=['channel', 'manager', 'team', 'pipeline', 'region', 'product_group'] + own_dimensions('deal_events'),
        coarse=['campaign'],
        sums=[
            'opportunities_new', 'opportunities_won', 'opportunities_open', 'opportunities_decided', 'deals_won', 'deals_won_priced', 'deals_lost',
            'deals_lost_unexplained', 'deals_closed', 'won_amount', 'lost_amount', 'cycle_days', 'days_from_creation', 'deals_timed', 'touchpoints'
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
        sums=['deals_lost', 'lost_amount'],
        where="event = 'lost'",
        whole=false
    ) }}
),

bands as (
    {{ period_measures(
        ref('deal_events'), dimensions=['amount_band'], where="event <> 'created'", whole=false,
        sums=['deals_won', 'deals_lost', 'deals_lost_unexplained', 'deals_closed', 'lost_amount']
    ) }}
)

select * from deals
union all
select * from losses
union all
select * from bands
