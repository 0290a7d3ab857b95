-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of managers' activities, period, dimension and member.  A meeting counts on the day it was arranged and,
-- as held, on the day it was held.
{%- set dims = ['manager', 'team', 'channel'] %}
with activities as (
    {{ period_measures(
        ref('activity_events'),
        dimensions=dims,
        sums=[
            'conversations_count', 'emails_count', 'meetings_scheduled', 'meetings_accepted', 'meetings_to_answer',
            'presentations_count', 'proposals_count', 'referral_requests', 'social_engagements', 'talk_minutes'
        ],
        told=['talk_minutes']
    ) }}
),

held as (
    {{ period_measures(
        '(select held_on as event_date, meetings_held, ' ~ dims | join(', ') ~ ' from ' ~ ref('activity_events') ~ ') as meetings',
        dimensions=dims,
        sums=['meetings_held'],
        where='event_date is not null'
    ) }}
)

select * from activities
union all
select * from held
