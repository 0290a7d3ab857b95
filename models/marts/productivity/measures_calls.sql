-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of calls, period, dimension and member.
with calls as (
    {{ period_measures(
        ref('activity_events'),
        dimensions=['manager', 'team', 'channel', 'direction', 'call_hour', 'call_weekday'],
        sums=['calls_count', 'incoming_calls', 'missed_calls', 'wait_seconds', 'calls_with_wait'],
        where='calls_count = 1'
    ) }}
),

missed as (
    {{ period_measures(
        ref('missed_calls'),
        dimensions=['manager', 'team', 'channel', 'call_hour', 'call_weekday'],
        sums=[
            'missed_calls_decided', 'calls_called_back', 'calls_called_back_in_time', 'calls_called_back_in_clock_time', 'calls_called_again',
            'calls_lost', 'calls_open', 'callback_minutes', 'callback_working_minutes'
        ],
        per_period={
            'callback_minutes_median': percentile('callback_minutes', 0.5),
            'callback_working_minutes_median': percentile('callback_working_minutes', 0.5)
        }
    ) }}
)

select * from calls
union all
select * from missed
