-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of the common funnel, period, dimension and member.  By step, each step's own share; whole and by anything else, the
-- share that came to the last step.
with by_step as (
    {{ period_measures(ref('funnel_steps'), dimensions=['stage'], sums=['funnel_leads', 'funnel_leads_reached', 'funnel_leads_open'], whole=false) }}
),

to_the_end as (
    {{ period_measures(
        ref('funnel_steps'),
        dimensions=['channel', 'manager', 'team', 'pipeline'],
        sums=['funnel_leads', 'funnel_leads_reached', 'funnel_leads_open'],
        where="stage = 'deal'"
    ) }}
)

select * from by_step
union all
select * from to_the_end
