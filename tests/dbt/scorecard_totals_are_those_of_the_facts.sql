-- Proves that nothing is lost or doubled on the way from the facts to the scorecard: the years of a KPI add up to what the facts count.
with facts as (
    select 'leads_new' as kpi_id, cast(count(*) as double) as total from {{ ref('fct_leads') }}
    union all
    select 'opportunities_new', count(*) from {{ ref('fct_deals') }}
    union all
    select 'leads_qualified', count(*) from {{ ref('fct_leads') }} where qualified_at is not null
    union all
    select 'leads_rejected', count(*) from {{ ref('fct_leads') }} where rejected_at is not null
    union all
    select 'sales_count', count(*) from {{ ref('fct_sales') }}
    union all
    select
        'revenue',
        coalesce((select sum(amount_base) from {{ ref('fct_sales') }}), 0) - coalesce((select sum(amount_base) from {{ ref('fct_refunds') }}), 0)
    union all
    select 'gross_profit', coalesce(sum(gross_profit), 0) from {{ ref('sales_events') }}
    union all
    select 'ad_spend', coalesce(sum(cost_base), 0) from {{ ref('fct_ad_spend') }}
    union all
    select 'visits', count(*) from {{ ref('fct_web_sessions') }}
    union all
    select 'page_views', count(*) from {{ ref('page_events') }}
),

scored as (
    select kpi_id, sum(value) as total
    from {{ ref('kpi_values') }}
    where period_grain = 'year' and dimension = 'all'
    group by kpi_id
)

select
    facts.kpi_id,
    facts.total,
    scored.total as scored_total
from facts
left join scored on facts.kpi_id = scored.kpi_id
where abs(facts.total - coalesce(scored.total, 0)) > 0.005
