-- Proves that a stricter condition never counts more, in any period and slice: the won among the new, the answered in time among the judged, the
-- repeating among the paying; of those followed up, those in time, and of those in time, the good; that those who bought again are among their
-- cohort, in each slice too; that the slices of a cohort are the cohort; and that the shares of the bands add up to one.
with shares as (
    select *
    from {{ ref('kpi_values') }}
    where kpi_id in (
        'lead_cohort_conversion', 'qualified_lead_conversion', 'response_within_sla', 'lead_follow_up_rate', 'lead_follow_up_within_window',
        'quality_follow_up_rate', 'won_share_of_all_deals', 'win_rate', 'stage_conversion', 'funnel_stage_share', 'objection_handling_rate',
        'site_conversion_rate', 'bounce_rate', 'cart_abandonment_rate', 'repeat_purchase_rate', 'churn_rate', 'retention_rate', 'csat',
        'positive_response_share', 'selling_time_share', 'data_entry_time_share', 'content_time_share', 'reps_at_quota_share',
        'report_availability', 'report_accuracy', 'missed_call_share', 'callback_in_time_share', 'lost_call_share'
    )
),

follow_ups as (
    select
        period_grain,
        period_start,
        dimension,
        dimension_key,
        max(case when kpi_id = 'lead_follow_up_rate' then numerator end) as followed_up,
        max(case when kpi_id = 'lead_follow_up_within_window' then numerator end) as in_window,
        max(case when kpi_id = 'quality_follow_up_rate' then numerator end) as well
    from shares
    group by period_grain, period_start, dimension, dimension_key
)

select kpi_id as what, period_grain, period_start, dimension, dimension_key, numerator as part, denominator as whole
from shares
where numerator < 0 or numerator > denominator

union all

select 'follow-ups', period_grain, period_start, dimension, dimension_key, greatest(in_window, well), followed_up
from follow_ups
where in_window > followed_up or well > in_window

union all

select 'cohort', 'month', cohort_month, dimension, dimension_key, active_customers, cohort_size
from {{ ref('retention_cohorts_by') }}
where active_customers > cohort_size

union all

select 'slices of a cohort', 'month', cohorts.cohort_month, slices.dimension, 'all', sum(slices.active_customers), max(cohorts.active_customers)
from {{ ref('retention_cohorts') }} as cohorts
inner join {{ ref('retention_cohorts_by') }} as slices
    on cohorts.cohort_month = slices.cohort_month and cohorts.months_since = slices.months_since
group by cohorts.cohort_month, cohorts.months_since, slices.dimension
having sum(slices.active_customers) <> max(cohorts.active_customers) or max(cohorts.active_customers) > max(cohorts.cohort_size)

union all

select 'shares of the bands', period_grain, period_start, 'all', 'all', sum(share_in_band), 1
from (select distinct period_grain, period_start, band, share_in_band from {{ ref('performance_bands') }}) as bands
group by period_grain, period_start
having abs(sum(share_in_band) - 1) > 0.000000001
