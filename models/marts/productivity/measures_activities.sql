-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of managers' activities, period, dimension and member.
{{ period_measures(
    ref('activity_events'),
    dimensions=['manager', 'team', 'channel'],
    sums=[
        'conversations_count', 'emails_count', 'meetings_scheduled', 'meetings_accepted', 'meetings_held', 'presentations_count',
        'proposals_count', 'referral_requests', 'social_engagements', 'talk_minutes', 'wait_seconds', 'calls_with_wait'
    ],
    told=['talk_minutes']
) }}
