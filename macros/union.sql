{#- The sources that bring an entity, those that are switched on; the business's own seed last. -#}
{% macro sources_of(entity) -%}
    {%- set sources = {
        'customers': ['bitrix24', 'bitrix_shop', 'files'],
        'orders': ['bitrix_shop', 'files'], 'order_lines': ['bitrix_shop', 'files'], 'refunds': ['bitrix_shop', 'files'],
        'web_sessions': ['yandex_metrica', 'files'], 'page_hits': ['yandex_metrica', 'files'], 'web_events': ['yandex_metrica', 'files'],
        'ad_spend': ['yandex_direct', 'files'],
        'exchange_rates': ['bitrix24', 'files', 'seed'],
    } -%}
    {%- for crm_entity in ['employees', 'leads', 'deals', 'deal_lines', 'stages', 'stage_changes', 'activities', 'calls', 'quotes', 'products'] -%}
        {%- do sources.update({crm_entity: ['bitrix24', 'files']}) -%}
    {%- endfor -%}
    {%- for own_entity in ['targets', 'expenses', 'competitor_prices', 'working_calendar', 'channel_rules'] -%}
        {%- do sources.update({own_entity: ['files', 'seed']}) -%}
    {%- endfor -%}
    {%- set on = [] -%}
    {%- for source_name in sources.get(entity, ['files']) if source_name == 'seed' or source_is_on(source_name) -%}
        {%- do on.append(source_name) -%}
    {%- endfor -%}
    {%- do return(on) -%}
{%- endmacro %}

{#- What an id names: object → the entity that is its home, and its key there. -#}
{% macro id_homes() -%}
    {%- do return({
        'employee': ['employees', 'employee_id'], 'customer': ['customers', 'customer_id'], 'lead': ['leads', 'lead_id'],
        'deal': ['deals', 'deal_id'], 'order': ['orders', 'order_id'], 'product': ['products', 'product_id'],
        'pipeline': ['stages', "concat(object, ':', coalesce(pipeline_id, ''))"], 'activity': ['activities', 'activity_id'],
        'call': ['calls', 'call_id'], 'objection': ['objections', 'objection_id'], 'quote': ['quotes', 'quote_id'],
        'contract': ['contracts', 'contract_id'], 'refund': ['refunds', 'refund_id'], 'visit': ['web_sessions', 'session_id'],
        'hit': ['page_hits', 'hit_id'], 'web event': ['web_events', 'event_id'], 'mailing': ['email_campaigns', 'campaign_id'],
        'letter event': ['email_events', 'event_id'], 'response': ['survey_responses', 'response_id'], 'review': ['reviews', 'review_id'],
        'time entry': ['time_entries', 'entry_id'], 'material': ['materials', 'material_id'], 'material usage': ['material_usage', 'usage_id'],
        'task': ['tasks', 'task_id'], 'sprint': ['sprints', 'sprint_id'],
    }) -%}
{%- endmacro %}

{#- The system, and account, that a row is of. -#}
{% macro system_of(rows, source_name) -%}
    concat_ws('/', coalesce({{ rows }}.source_system, '{{ source_name }}'), {{ rows }}.source_account)
{%- endmacro %}

{#- The id that a row names, in the words of int_shared_ids.  A stage's pipeline is known with its object; history that names no pipeline
    means the deal's own. -#}
{% macro id_named(entity, name) -%}
    {%- if name != 'pipeline_id' -%} rows_in.{{ name }}
    {%- elif entity == 'deals' -%} concat('deal:', coalesce(rows_in.pipeline_id, ''))
    {%- elif entity == 'stages' -%} concat(rows_in.object, ':', coalesce(rows_in.pipeline_id, ''))
    {%- else -%} case when rows_in.object = 'lead' or rows_in.pipeline_id <> '' then concat(rows_in.object, ':', coalesce(rows_in.pipeline_id, '')) end
    {%- endif -%}
{%- endmacro %}

{#- One entity from every source that is switched on: the accepted rows of their staging models, column for column, and the
    seed of what the business keeps itself.  statuses: the verdicts whose rows are taken.
    columns: name → type; of an id, `ref` and what it names.  An id that two systems use gets its system's name in front (int_shared_ids): that
    of the row or, for what the row's source does not keep (a shop's deals), of the source that does. -#}
{% macro union_sources(entity, columns, statuses=['accepted']) -%}
{%- set typed = {} -%}
{%- set ids = {} -%}
{%- for name, type in columns.items() -%}
    {%- do typed.update({name: dbt.type_string() if type.startswith('ref ') else type}) -%}
    {%- if type.startswith('ref ') -%}{%- do ids.update({name: type[4:]}) -%}{%- endif -%}
{%- endfor -%}
{%- for source_name in sources_of(entity) %}
{%- if source_name == 'seed' and execute -%}
    {%- set kept = adapter.get_columns_in_relation(ref('seed_' ~ entity)) | map(attribute='name') | list -%}
    {%- for name in columns if kept and name not in kept -%}
        {{ exceptions.raise_compiler_error('seeds/seed_' ~ entity ~ '.csv has no column ' ~ name) }}
    {%- endfor -%}
{%- endif %}
select
    {% if source_name == 'seed' -%}
    'seed' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    {%- else -%}
    coalesce(rows_in.source_system, '{{ source_name }}') as source_system,
    rows_in.source_account,
    {%- endif %}
    {%- for name, type in typed.items() %}
    {%- if name in ids %}
    case
        when {{ name }}_home.id is null then cast(rows_in.{{ name }} as {{ type }})
        else concat({{ name }}_home.system_name, ':', coalesce(rows_in.{{ name }}, ''))
    end as {{ name }},
    {%- else %}
    cast(rows_in.{{ name }} as {{ type }}) as {{ name }},
    {%- endif %}
    {%- endfor %}
    {{ 'cast(null as timestamp) as loaded_at' if source_name == 'seed' else 'rows_in.loaded_at' }}
from {{ ref((source_name ~ '_' if source_name == 'seed' else 'stg_' ~ source_name ~ '__') ~ entity) }} as rows_in
{%- for name, object in ids.items() %}
{%- set keepers = sources_of(id_homes()[object][0]) if object in id_homes() else [source_name] %}
left join {{ ref('int_shared_ids') }} as {{ name }}_home
    on {{ name }}_home.object = {{ 'rows_in.object' if object == 'object' else "'" ~ object ~ "'" }}
    and {{ name }}_home.id = {{ id_named(entity, name) }}
    and {{ name }}_home.system_name = {{ system_of('rows_in', source_name) if source_name in keepers else "'" ~ (keepers | first) ~ "'" }}
{%- endfor %}
{{ "where rows_in.row_status in ('" ~ statuses | join("', '") ~ "')" if source_name != 'seed' }}
{{ 'union all' if not loop.last }}
{%- else %}
select
    cast(null as {{ dbt.type_string() }}) as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    {%- for name, type in typed.items() %}
    cast(null as {{ type }}) as {{ name }},
    {%- endfor %}
    cast(null as timestamp) as loaded_at
where false
{%- endfor %}
{%- endmacro %}
