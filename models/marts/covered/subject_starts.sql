-- Grain: subject.
-- One subject of the scorecard, with the first day that its data tell of.  Days without work just before its first event are told of too:
-- a company that opens its books on 1 January sells nothing on the holiday.
with firsts as (
    {% for subject in [
        'lead_events', 'deal_events', 'stage_events', 'cart_events', 'sales_events', 'contract_events', 'receivable_events', 'customer_events',
        'visit_events', 'page_events', 'email_campaign_events', 'fct_ad_spend', 'sales_costs', 'response_events', 'customer_interactions', 'activity_events',
        'objection_events', 'collateral_usage', 'time_events', 'tool_events', 'sprint_changes', 'sprint_days', 'finished_tasks', 'report_events'
    ] -%}
    select '{{ subject }}' as subject, min(event_date) as first_event_on from {{ ref(subject) }}
    union all
    {% endfor -%}
    select 'forecasts', min(period_start) from {{ ref('fct_forecasts') }}
),

-- the last working day before the first event is not told of, the day after it is
worked as (
    select firsts.subject, max(days.date_day) as last_worked_on
    from firsts
    inner join {{ ref('dim_date') }} as days on days.is_working_day and days.date_day < firsts.first_event_on
    group by firsts.subject
),

starts as (
    select
        firsts.subject,
        cast(coalesce({{ dbt.dateadd('day', 1, 'worked.last_worked_on') }}, firsts.first_event_on) as date) as first_day
    from firsts
    left join worked on firsts.subject = worked.subject
)

select subject, first_day from starts
union all
-- nobody can be seen to leave, and not all who are active are known, until the data are as long as a purchase keeps a customer active
select 'churned_customers', cast({{ dbt.dateadd('day', var('activity_days'), 'first_day') }} as date) from starts where subject = 'customer_events'
