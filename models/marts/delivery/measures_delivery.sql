-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of delivery, period, dimension and member.
with burn_down as (
    {{ balance_measures(ref('sprint_changes'), dimensions=['project', 'sprint', 'team'], balances=['points_left']) }}
),

days as (
    {{ period_measures(
        ref('sprint_days'),
        dimensions=['project', 'sprint', 'team'],
        sums=['points_done', 'sprint_bugs'],
        per_period={'sprint_days': 'count(distinct sprint_day)', 'sprints_ended': 'count(distinct ended_sprint)'}
    ) }}
),

flow as (
    {{ period_measures(ref('finished_tasks'), dimensions=['project', 'team'], sums=['tasks_timed', 'active_hours', 'flow_hours']) }}
)

select * from burn_down
union all
select * from days
union all
select * from flow
