{#- The models that hold the row status of every raw row: source → raw table → model.  Sources that are switched off are left out. -#}
{% macro validated_models() -%}
    {%- set models = {
        'bitrix24': {
            'crm_lead': 'base_bitrix24__crm_lead', 'crm_deal': 'base_bitrix24__crm_deal', 'crm_contact': 'base_bitrix24__crm_contact',
            'crm_company': 'base_bitrix24__crm_company', 'crm_stagehistory_lead': 'base_bitrix24__crm_stagehistory_lead',
            'crm_stagehistory_deal': 'base_bitrix24__crm_stagehistory_deal', 'crm_status': 'base_bitrix24__crm_status',
            'crm_category': 'base_bitrix24__crm_category', 'crm_activity': 'base_bitrix24__crm_activity',
            'crm_item_productrow': 'base_bitrix24__crm_item_productrow', 'catalog_product': 'base_bitrix24__catalog_product',
            'catalog_section': 'base_bitrix24__catalog_section', 'crm_quote': 'base_bitrix24__crm_quote', 'user': 'base_bitrix24__user',
            'department': 'base_bitrix24__department', 'voximplant_statistic': 'base_bitrix24__voximplant_statistic',
            'crm_currency': 'base_bitrix24__crm_currency', 'crm_userfield': 'base_bitrix24__crm_userfield',
            'crm_smart_invoice': 'base_bitrix24__crm_smart_invoice',
        },
        'yandex_metrica': {
            'visits': 'base_yandex_metrica__visits', 'hits': 'base_yandex_metrica__hits', 'goals': 'base_yandex_metrica__goals',
        },
        'yandex_direct': {'campaign_performance': 'base_yandex_direct__campaign_performance'},
        'bitrix_shop': {
            'sale_order': 'base_bitrix_shop__sale_order', 'sale_basket_item': 'base_bitrix_shop__sale_basket_item',
            'sale_payment': 'base_bitrix_shop__sale_payment', 'sale_property_value': 'base_bitrix_shop__sale_property_value',
            'sale_status': 'base_bitrix_shop__sale_status', 'crm_order_entity': 'base_bitrix_shop__crm_order_entity',
        },
        'amocrm': {
            'leads': 'base_amocrm__leads', 'contacts': 'base_amocrm__contacts', 'companies': 'base_amocrm__companies',
            'pipelines': 'base_amocrm__pipelines', 'events': 'base_amocrm__events', 'tasks': 'base_amocrm__tasks',
            'notes': 'base_amocrm__notes', 'users': 'base_amocrm__users', 'account': 'base_amocrm__account',
        },
        'hubspot': {
            'contacts': 'base_hubspot__contacts', 'companies': 'base_hubspot__companies', 'deals': 'base_hubspot__deals',
            'leads': 'base_hubspot__leads', 'property_history': 'base_hubspot__property_history', 'engagements': 'base_hubspot__engagements',
            'pipelines': 'base_hubspot__pipelines', 'properties': 'base_hubspot__properties', 'owners': 'base_hubspot__owners',
            'account': 'base_hubspot__account', 'exchange_rates': 'base_hubspot__exchange_rates',
        },
        'salesforce': {
            'lead': 'base_salesforce__lead', 'lead_history': 'base_salesforce__lead_history', 'lead_status': 'base_salesforce__lead_status',
            'opportunity': 'base_salesforce__opportunity', 'opportunity_history': 'base_salesforce__opportunity_history',
            'opportunity_stage': 'base_salesforce__opportunity_stage', 'opportunity_line_item': 'base_salesforce__opportunity_line_item',
            'product_2': 'base_salesforce__product_2', 'account': 'base_salesforce__account', 'contact': 'base_salesforce__contact',
            'user': 'base_salesforce__user', 'user_role': 'base_salesforce__user_role', 'campaign': 'base_salesforce__campaign',
            'task': 'base_salesforce__task', 'event': 'base_salesforce__event', 'currency_type': 'base_salesforce__currency_type',
            'dated_conversion_rate': 'base_salesforce__dated_conversion_rate', 'campaign_member': 'base_salesforce__campaign_member',
        },
        'ga4': {'events': 'base_ga4__events'},
        'google_ads': {
            'campaign_stats': 'base_google_ads__campaign_stats', 'ad_group_stats': 'base_google_ads__ad_group_stats',
            'ad_stats': 'base_google_ads__ad_stats', 'keyword_stats': 'base_google_ads__keyword_stats',
            'campaign_history': 'base_google_ads__campaign_history', 'account_history': 'base_google_ads__account_history',
        },
        'vk_ads': {
            'ad_plans': 'base_vk_ads__ad_plans', 'ad_plan_statistics': 'base_vk_ads__ad_plan_statistics',
            'banner_statistics': 'base_vk_ads__banner_statistics',
        },
        'jira': {
            'issues': 'base_jira__issues', 'status_changes': 'base_jira__status_changes', 'statuses': 'base_jira__statuses',
            'sprints': 'base_jira__sprints',
        },
        'bitrix24_tasks': {
            'tasks_task': 'base_bitrix24_tasks__tasks_task', 'tasks_history': 'base_bitrix24_tasks__tasks_history',
            'scrum_task': 'base_bitrix24_tasks__scrum_task', 'scrum_sprint': 'base_bitrix24_tasks__scrum_sprint',
        },
        'surveys': {'survey_response': 'base_surveys__survey_response'},
        'mtt': {'call_history': 'base_mtt__call_history', 'sip_ids': 'base_mtt__sip_ids'},
        'cdr': {'legs': 'base_cdr__legs', 'extensions': 'base_cdr__extensions'},
        'mailchimp': {
            'reports': 'base_mailchimp__reports', 'email_activity': 'base_mailchimp__email_activity',
            'open_details': 'base_mailchimp__open_details', 'unsubscribed': 'base_mailchimp__unsubscribed',
        },
        'unisender': {
            'campaigns': 'base_unisender__campaigns', 'campaign_common_stats': 'base_unisender__campaign_common_stats',
            'campaign_delivery_stats': 'base_unisender__campaign_delivery_stats',
        },
        'sendpulse': {'campaigns': 'base_sendpulse__campaigns', 'events': 'base_sendpulse__events'},
        'roistat': {'visits': 'base_roistat__visits', 'orders': 'base_roistat__orders', 'analytics_data': 'base_roistat__analytics_data'},
        'files': {},
        'control': {'totals': 'base_control__totals'},
    } -%}
    {%- for entity in contract()['sources'] -%}
        {%- do models['files'].update({entity: 'stg_files__' ~ entity}) -%}
    {%- endfor -%}
    {%- for name in env_var('KPI_SOURCES', '').replace(',', ' ').split() if name not in models -%}
        {{ exceptions.raise_compiler_error('KPI_SOURCES names ' ~ name ~ '; the sources are ' ~ models | reject('equalto', 'control') | join(', ')) }}
    {%- endfor -%}
    {%- set on = [] -%}
    {%- for source_name, tables in models.items() if source_is_on(source_name) -%}
        {%- for table_name, model in tables.items() -%}{%- do on.append([source_name, table_name, model]) -%}{%- endfor -%}
    {%- endfor -%}
    {%- do return(on) -%}
{%- endmacro %}

{#- After a run: how many raw rows were accepted, and what was not, in a few lines for a person.  No value of a row is told, for logs go
    far: files, rows, columns and counts are; the values stand in quality.rejected_rows and quality.findings alone. -#}
{% macro report_data_quality(results) -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set tie_out = adapter.get_relation(target.database, 'marts', 'source_tie_out') -%}
        {%- if tie_out -%}
            {%- set totals = run_query(
                "select coalesce(sum(raw_rows), 0), coalesce(sum(accepted_rows), 0), coalesce(sum(superseded_rows), 0), coalesce(sum(deleted_rows), 0), "
                ~ "coalesce(sum(not_yet_known_rows), 0), coalesce(sum(rejected_rows), 0) from " ~ tie_out
            ).rows[0] -%}
            {%- do log('raw rows: ' ~ totals[0] ~ ' = ' ~ totals[1] ~ ' accepted + ' ~ totals[2] ~ ' superseded + ' ~ totals[3] ~ ' deleted + '
                ~ totals[4] ~ ' not yet known + ' ~ totals[5] ~ ' rejected', info=true) -%}
            {%- if totals[4] and not totals[1] -%}
                {%- do log('NOTHING IS KNOWN: all rows were loaded after the as-of day ' ~ as_of_date() ~ ', so the figures are empty; set KPI_AS_OF '
                    ~ 'to a later day, or load this history into a new raw root', info=true) -%}
            {%- endif -%}
            {%- set figures = adapter.get_relation(target.database, 'marts', 'kpi_values') -%}
            {%- if totals[1] and figures and run_query('select count(*) from ' ~ figures ~ ' where value is not null').columns[0][0] == 0 -%}
                {%- do log('NO KPI HAS A VALUE: ' ~ totals[1] ~ ' rows are accepted, but nothing of them happened before the as-of day '
                    ~ as_of_date() ~ '; set KPI_AS_OF to a later day', info=true) -%}
            {%- endif -%}
            {%- for row in run_query(
                "select source_name, table_name, sum(raw_rows) from " ~ tie_out ~ " group by source_name, table_name "
                ~ "having sum(rejected_rows - no_record_rows) > 0 "
                ~ "and sum(accepted_rows + superseded_rows + deleted_rows + not_yet_known_rows) = 0 order by source_name, table_name"
            ).rows -%}
                {%- do log('NOTHING IS ACCEPTED of ' ~ row[0] ~ '/' ~ row[1] ~ ': all of its ' ~ row[2] ~ ' rows are rejected', info=true) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- set rejected = adapter.get_relation(target.database, 'quality', 'rejected_rows') -%}
        {%- if rejected -%}
            {%- for row in run_query(
                "select source_name, table_name, raw_file, raw_row, reason, count(*) over () from " ~ rejected
                ~ " order by case when raw_row is null then 0 else 1 end, source_name, table_name, raw_file, raw_row limit 10"
            ).rows -%}
                {%- do log('rejected: ' ~ row[2] ~ (', row ' ~ row[3] if row[3] is not none else '') ~ ': '
                    ~ modules.re.sub("'.*'", '…', row[4], flags=modules.re.DOTALL), info=true) -%}
                {%- if loop.last and row[5] > 10 -%}
                    {%- do log('… and ' ~ (row[5] - 10) ~ ' more in quality.rejected_rows', info=true) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
        {%- set findings = adapter.get_relation(target.database, 'quality', 'findings') -%}
        {%- if findings -%}
            {%- for row in run_query("select finding, count(*), sum(rows_affected) from " ~ findings ~ " group by finding order by finding").rows -%}
                {%- do log('to look at: ' ~ row[0] ~ ': ' ~ row[2] ~ ' rows in ' ~ row[1] ~ ' findings, see quality.findings', info=true) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
