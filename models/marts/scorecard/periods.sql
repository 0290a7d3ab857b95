-- Grain: one period (day, ISO week, month, quarter, year) from the first event of any subject to the last full day.
with days as (
    select * from {{ ref('dim_date') }}
),

first_event as (
    select min(first_day) as first_day
    from (
        {%- for subject in [
            'lead_events', 'deal_events', 'stage_events', 'cart_events', 'sales_events', 'contract_events', 'visit_events', 'page_events',
            'email_campaign_events', 'fct_ad_spend', 'sales_costs', 'response_events', 'customer_interactions', 'activity_events', 'objection_events',
            'material_events', 'time_events', 'tool_events', 'sprint_changes', 'sprint_days', 'finished_tasks', 'report_events'
        ] %}
        select min(event_date) as first_day from {{ ref(subject) }}
        union all
        {%- endfor %}
        select min(period_start) from {{ ref('forecasts') }}
    ) as firsts
),

spans as (
    {%- for grain in period_grains() %}
    select
        '{{ grain }}' as period_grain,
        {{ period_start("'" ~ grain ~ "'", 'date_day') }} as period_start,
        max(date_day) as period_end
    from days
    group by 2
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    spans.period_grain,
    spans.period_start,
    spans.period_end,
    cast(least(spans.period_end, {{ dbt.dateadd('day', -1, as_of()) }}) as date) as last_known_day,
    spans.period_end < {{ as_of() }} as is_complete,
    cast(case spans.period_grain
        when 'day' then {{ dbt.dateadd('day', -1, 'spans.period_start') }}
        when 'week' then {{ dbt.dateadd('day', -7, 'spans.period_start') }}
        when 'month' then {{ dbt.dateadd('month', -1, 'spans.period_start') }}
        when 'quarter' then {{ dbt.dateadd('month', -3, 'spans.period_start') }}
        else {{ dbt.dateadd('month', -12, 'spans.period_start') }}
    end as date) as previous_start,
    cast(case spans.period_grain
        when 'week' then {{ dbt.dateadd('day', -364, 'spans.period_start') }}
        else {{ dbt.dateadd('month', -12, 'spans.period_start') }}
    end as date) as year_ago_start
from spans
cross join first_event
where spans.period_end >= first_event.first_day and spans.period_start < {{ as_of() }}
