-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of leads, period, dimension and member.
with leads as (
    {{ period_measures(
        ref('lead_events'),
        dimensions=['channel', 'source_system', 'manager', 'team', 'region'] + own_dimensions('lead_events'),
        coarse=['campaign'],
        sums=[
            'leads_new', 'leads_qualified', 'leads_rejected', 'lead_wins', 'leads_won', 'leads_open', 'leads_decided', 'leads_qualified_won',
            'leads_qualified_open', 'leads_qualified_decided', 'leads_answered', 'leads_unanswered', 'leads_to_answer',
            'response_minutes', 'response_working_minutes', 'leads_judged_by_sla', 'leads_in_sla', 'leads_judged_by_clock_sla', 'leads_in_clock_sla',
            'leads_followed_up', 'leads_followed_up_in_window', 'leads_followed_up_well', 'leads_to_follow_up'
        ],
        per_period={
            'response_minutes_median': percentile('response_minutes', 0.5),
            'response_minutes_p90': percentile('response_minutes', 0.9),
            'response_working_minutes_median': percentile('response_working_minutes', 0.5),
            'response_working_minutes_p90': percentile('response_working_minutes', 0.9)
        }
    ) }}
),

rejections as (
    {{ period_measures(
        ref('lead_events'), dimensions=['reject_reason', 'loss_group'], sums=['leads_rejected'], where="event = 'rejected'", whole=false
    ) }}
)

select * from leads
union all
select * from rejections
