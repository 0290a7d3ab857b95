-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of what customers say, period, dimension and member.
with answers as (
    {{ period_measures(
        ref('response_events'),
        dimensions=['manager', 'team', 'product_group', 'channel'],
        sums=['nps_answers', 'nps_net_promoters', 'csat_answers', 'csat_satisfied'],
        where="event in ('nps', 'csat')"
    ) }}
),

reviews as (
    {{ period_measures(
        ref('response_events'),
        dimensions=['product_group', 'channel'],
        sums=['reviews', 'reviews_judged', 'reviews_positive', 'reviews_negative'],
        where="event = 'review'"
    ) }}
)

select * from answers
union all
select * from reviews
