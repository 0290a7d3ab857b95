-- Proves that looking up people, channels, stages, rates and the rest neither multiplied nor lost a row: each fact has as many rows as the
-- records it is made of, each event mart as many as its facts.
with counts as (
    {%- set pairs = [
        ('fct_deals', ref('fct_deals'), 'true', ref('deals'), 'created_at < ' ~ cutoff()),
        ('fct_leads', ref('fct_leads'), 'true', ref('leads'), 'created_at < ' ~ cutoff()),
        ('fct_contracts', ref('fct_contracts'), 'true', ref('contracts'), 'starts_on < ' ~ as_of()),
        ('fct_web_sessions', ref('fct_web_sessions'), 'true', ref('web_sessions'), 'started_at < ' ~ cutoff()),
        ('fct_ad_spend', ref('fct_ad_spend'), 'true', ref('int_ad_costs'), 'true'),
        ('fct_sales of deals', ref('fct_sales'), "kind = 'deal'", ref('fct_deals'), "status = 'won'"),
        ('fct_sales of orders', ref('fct_sales'), "kind = 'order'", ref('int_paid_orders'), 'same_sale_deal_id is null'),
        ('lead_events', ref('lead_events'), "event = 'created'", ref('fct_leads'), 'true'),
        ('deal_events', ref('deal_events'), "event = 'created'", ref('fct_deals'), 'true'),
        ('deal_events won', ref('deal_events'), "event = 'won'", ref('fct_deals'), 'won_on is not null'),
        ('deal_events lost', ref('deal_events'), "event = 'lost'", ref('fct_deals'), 'lost_on is not null'),
        ('visit_events', ref('visit_events'), 'visits = 1', ref('fct_web_sessions'), 'true'),
        ('fct_page_views', ref('fct_page_views'), 'true', ref('page_hits'), 'occurred_at < ' ~ cutoff()),
        ('fct_web_events', ref('fct_web_events'), 'true', ref('web_events'), 'occurred_at < ' ~ cutoff()),
        ('fct_email_events', ref('fct_email_events'), 'true', ref('email_events'), 'occurred_at < ' ~ cutoff()),
        ('fct_survey_responses', ref('fct_survey_responses'), 'true', ref('survey_responses'), 'answered_at < ' ~ cutoff()),
        ('fct_reviews', ref('fct_reviews'), 'true', ref('reviews'), 'created_at < ' ~ cutoff()),
        ('fct_activities', ref('fct_activities'), "kind <> 'meeting'", ref('int_activities'), "kind <> 'meeting' and occurred_at < " ~ cutoff()),
        ('int_contacts', ref('int_contacts'), 'true', ref('int_activities'), "kind not in ('task', 'proposal') and occurred_at < " ~ cutoff()),
        ('fct_objections', ref('fct_objections'), 'true', ref('objections'), 'recorded_at < ' ~ cutoff()),
        ('fct_time_entries', ref('fct_time_entries'), 'true', ref('time_entries'), 'date < ' ~ as_of()),
        ('fct_tool_usage', ref('fct_tool_usage'), 'true', ref('tool_usage'), 'date < ' ~ as_of()),
        ('fct_material_usage', ref('fct_material_usage'), 'true', ref('material_usage'), 'used_at < ' ~ cutoff()),
        ('fct_quotes', ref('fct_quotes'), 'true', ref('quotes'), 'sent_at < ' ~ cutoff()),
        ('fct_invoices', ref('fct_invoices'), 'true', ref('invoices'), 'issued_on < ' ~ as_of()),
        ('fct_payments', ref('fct_payments'), 'is_told', ref('payments'), 'paid_at < ' ~ cutoff()),
        ('fct_forecasts', ref('fct_forecasts'), 'true', ref('forecasts'), 'as_of < ' ~ as_of()),
        ('fct_competitor_prices', ref('fct_competitor_prices'), 'true', ref('competitor_prices'), 'true'),
        ('fct_tasks', ref('fct_tasks'), 'true', ref('tasks'), 'created_at < ' ~ cutoff()),
        ('dim_sprints', ref('dim_sprints'), 'true', ref('sprints'), 'true'),
        ('fct_report_runs', ref('fct_report_runs'), 'true', ref('pipeline_runs'), 'true'),
        ('page_events', ref('page_events'), 'true', ref('fct_page_views'), 'true'),
        ('cart_events', ref('cart_events'), 'true', ref('fct_web_events'), "event = 'add_to_cart'"),
        ('activity_events', ref('activity_events'), 'true', ref('fct_activities'), 'true'),
        ('missed_calls', ref('missed_calls'), 'true', ref('activity_events'), 'missed_calls = 1'),
        ('collateral_usage', ref('collateral_usage'), 'true', ref('fct_material_usage'), 'true'),
        ('email_campaign_events', ref('email_campaign_events'), 'true', ref('fct_email_campaigns'), 'true'),
        ('sales_events', ref('sales_events'), "event = 'sale'", ref('fct_sale_lines'), 'true'),
        ('int_deal_traits', ref('int_deal_traits'), 'true', ref('fct_deals'), 'true'),
        ('marketing_events, ads', ref('marketing_events'), "event = 'ad spend'", ref('fct_ad_spend'), 'true'),
    ] %}
    {%- for name, mart, condition, records, record_condition in pairs %}
    select
        '{{ name }}' as name,
        (select count(*) from {{ mart }} where {{ condition }}) as rows_there,
        (select count(*) from {{ records }} where {{ record_condition }}) as rows_expected
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from counts where rows_there <> rows_expected
