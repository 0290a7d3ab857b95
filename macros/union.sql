{#- The sources that bring an entity by the contract, those that are switched on; the business's own seed last. -#}
{% macro sources_of(entity) -%}
    {%- set on = [] -%}
    {%- for source_name in contract()['sources'][entity] if source_name == 'seed' or source_is_on(source_name) -%}
        {%- do on.append(source_name) -%}
    {%- endfor -%}
    {%- do return(on) -%}
{%- endmacro %}

{#- What an id names: object → the entity that is its home, and its key there. -#}
{% macro id_homes() -%}
    {%- do return(dict(contract()['homes'], pipeline=['stages', "concat(object, ':', coalesce(pipeline_id, ''))"])) -%}
{%- endmacro %}

{#- The system, and account, that a row is of: what stands in front of every id that it gives. -#}
{% macro system_of(rows, source_name) -%}
    concat_ws('/', coalesce({{ rows }}.source_system, '{{ source_name }}'), replace({{ rows }}.source_account, ':', '_'))
{%- endmacro %}

{#- The id that a row names, in the words of int_ids.  A stage's pipeline is known with its object; history that names no pipeline means the
    deal's own. -#}
{% macro id_named(entity, name) -%}
    {%- if name != 'pipeline_id' -%} rows_in.{{ name }}
    {%- elif entity == 'deals' -%} concat('deal:', coalesce(rows_in.pipeline_id, ''))
    {%- elif entity == 'stages' -%} concat(rows_in.object, ':', coalesce(rows_in.pipeline_id, ''))
    {%- else -%} case when rows_in.object = 'lead' or rows_in.pipeline_id <> '' then concat(rows_in.object, ':', coalesce(rows_in.pipeline_id, '')) end
    {%- endif -%}
{%- endmacro %}

{#- How the ids of an entity's rows are made keys, name → 'own' (the row's own system has what it names), 'found' (whichever system has it)
    or 'other' (another system has it: the row's source keeps no such things). bitrix24_tasks is of the system whose people bitrix24 keeps. -#}
{% macro id_ways(entity, ids, source_name) -%}
    {%- set ways = {} -%}
    {%- for name, object in ids.items() -%}
        {%- set home = id_homes().get(object) -%}
        {%- if object == 'pipeline' or object == 'object' -%} {%- do ways.update({name: 'found'}) -%}
        {%- elif home is none or home == [entity, name] -%} {%- do ways.update({name: 'own'}) -%}
        {%- elif source_name not in sources_of(home[0]) -%} {%- do ways.update({name: 'found' if source_name == 'bitrix24_tasks' else 'other'}) -%}
        {%- else -%} {%- do ways.update({name: 'found' if source_name == 'files' else 'own'}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(ways) -%}
{%- endmacro %}

{#- The key of what a row names: with its own system in front if that has it, else with the only one that has; unknown where several do.  What no
    system has is of the row's own, and so is what several have where a row cannot do without it (is_needed). -#}
{% macro key_of(id, way, alias, system, is_needed=false) -%}
    {%- if way == 'own' -%} {{ system }} || ':' || {{ id }}
    {%- else -%}
    case
        {%- if way == 'found' %}
        when {{ alias }}_own.id is not null then concat({{ system }}, ':', coalesce({{ alias }}_own.key_id, {{ id }}, ''))
        {%- endif %}
        {%- if not is_needed %}
        when {{ alias }}_other.systems > 1 then null
        {%- endif %}
        when {{ alias }}_other.systems = 1 then concat({{ alias }}_other.system_name, ':', coalesce({{ alias }}_other.key_id, {{ id }}, ''))
        else {{ system }} || ':' || {{ id }}
    end
    {%- endif -%}
{%- endmacro %}

{#- The one id of an employee who has several (var same_employees), by any of them. -#}
{% macro same_employee(key) -%}
    {%- if var('same_employees') -%}
    case {{ key }}
        {%- for other, kept in var('same_employees').items() %} when '{{ other }}' then '{{ kept }}'{% endfor %}
        else {{ key }}
    end
    {%- else -%} {{ key }}
    {%- endif -%}
{%- endmacro %}

{#- The same of an id in its source's own writing, where both ids are of its system. -#}
{% macro same_employee_of_source(id, system) -%}
    {%- set told = [] -%}
    {%- for other, kept in var('same_employees').items() if other.partition(':')[0] == kept.partition(':')[0] -%}
        {%- do told.append("when '" ~ other ~ "' then '" ~ kept.partition(':')[2] ~ "'") -%}
    {%- endfor -%}
    {{ 'case ' ~ system ~ " || ':' || " ~ id ~ ' ' ~ told | join(' ') ~ ' else ' ~ id ~ ' end' if told else id }}
{%- endmacro %}

{#- The joins that key_of reads: the row of int_ids for the own system, and the first of the other systems'. -#}
{% macro join_ids(object, id, way, alias, system) -%}
    {%- if way == 'found' %}
left join {{ ref('int_ids') }} as {{ alias }}_own
    on {{ alias }}_own.object = {{ object }} and {{ alias }}_own.id = {{ id }} and {{ alias }}_own.system_name = {{ system }}
    {%- endif %}
    {%- if way != 'own' %}
left join {{ ref('int_ids') }} as {{ alias }}_other
    on {{ alias }}_other.object = {{ object }} and {{ alias }}_other.id = {{ id }} and {{ alias }}_other.system_no = 1
    {%- endif %}
{%- endmacro %}

{#- An id as its source writes it: its key without the system in front. -#}
{% macro source_id(key) -%} substr({{ key }}, instr({{ key }}, ':') + 1) {%- endmacro %}

{#- The region that a place lies in, whatever its language and spelling; null where seed_places does not know it. -#}
{% macro region_of(place) -%}
    (
        select max(places.region_ru)
        from {{ ref('seed_places') }} as places
        where places.place = replace(lower(trim({{ place }})), 'ё', 'е')
    )
{%- endmacro %}

{#- Whether a visit, page view or event is a robot's, were it its visit alone that tells. -#}
{% macro done_by_robot(entity, source_name) -%}
(
    coalesce(rows_in.is_robot, false)
    {%- if entity != 'web_sessions' %}
    or exists (
        select 1
        from {{ ref('stg_' ~ source_name ~ '__web_sessions') }} as visits
        where
            visits.row_status = 'accepted'
            and visits.is_robot
            and visits.session_id = rows_in.session_id
            and {{ system_of('visits', source_name) }} = {{ system_of('rows_in', source_name) }}
    )
    {%- endif %}
)
{%- endmacro %}

{#- Whether an id stands for nobody (var nobody_ids): no customer of the row's own system has it. -#}
{% macro is_nobody(id, source_name) -%}
(
    lower({{ id }}) in ('{{ var('nobody_ids') | join("', '") }}')
    and not exists (
        select 1
        from {{ ref('stg_' ~ source_name ~ '__customers') }} as cards
        where
            cards.row_status = 'accepted'
            and lower(cards.customer_id) in ('{{ var('nobody_ids') | join("', '") }}')
            and cards.customer_id = {{ id }}
            and {{ system_of('cards', source_name) }} = {{ system_of('rows_in', source_name) }}
    )
)
{%- endmacro %}

{#- Of the things whose ids other rows name: the day by which a second record under the same id is told from the first. -#}
{% macro record_days() -%}
    {%- do return({
        'lead': 'created_at', 'deal': 'created_at', 'order': 'created_at', 'contract': 'starts_on', 'task': 'created_at', 'mailing': 'sent_at',
        'invoice': 'issued_on'
    }) -%}
{%- endmacro %}

{#- What a row of an entity names of another record, and the moment that tells which of two records under one id is meant: column → [object,
    moment, whether the row is a part of that record and is left out with it; else it stays and names nothing].  Without a moment, the load. -#}
{% macro record_parts(entity) -%}
    {%- do return({
        'order_lines': {'order_id': ['order', none, true]},
        'refunds': {'order_id': ['order', 'refunded_at', true]},
        'deal_lines': {'deal_id': ['deal', none, true]},
        'contract_schedule': {'contract_id': ['contract', none, true]},
        'stage_changes': {'object_id': ['object', 'entered_at', true]},
        'task_status_changes': {'task_id': ['task', 'entered_at', true]},
        'email_events': {'campaign_id': ['mailing', 'occurred_at', true]},
        'activities': {'object_id': ['object', 'created_at', false]},
        'calls': {'object_id': ['object', 'started_at', false]},
        'quotes': {'deal_id': ['deal', 'created_at', false]},
        'objections': {'deal_id': ['deal', 'recorded_at', false]},
        'material_usage': {'deal_id': ['deal', 'used_at', false]},
        'orders': {'deal_id': ['deal', 'created_at', false]},
        'deals': {'lead_id': ['lead', 'created_at', false]},
        'payments': {'invoice_id': ['invoice', 'paid_at', false], 'order_id': ['order', 'paid_at', false], 'deal_id': ['deal', 'paid_at', false]},
        'invoices': {'deal_id': ['deal', 'issued_on', false]},
    }.get(entity, {})) -%}
{%- endmacro %}

{#- The join that finds two records under the id that a row names, by the key of that id; and whether the row is older than the later of them,
    which has the id now: then it is of the earlier one. -#}
{% macro join_earlier_record(entity, name, key) -%}
{%- set object = record_parts(entity)[name][0] %}
left join {{ ref('int_reused_ids') }} as {{ name }}_earlier
    on {{ name }}_earlier.object = {{ 'rows_in.object' if object == 'object' else "'" ~ object ~ "'" }}
    and concat({{ name }}_earlier.system_name, ':', {{ name }}_earlier.id) = {{ key }}
{%- endmacro %}
{% macro is_of_earlier_record(entity, name) -%}
{%- set moment = record_parts(entity)[name][1] -%}
{%- if moment -%} coalesce({{ local_date('rows_in.' ~ moment) }} < {{ name }}_earlier.made_on, false)
{%- else -%} coalesce(rows_in.loaded_at <= {{ name }}_earlier.earlier_loaded_at, false)
{%- endif -%}
{%- endmacro %}

{#- One entity from every source that is switched on: the accepted rows of their staging models, column for column, and the
    seed of what the business keeps itself.  statuses: the statuses whose rows are taken.
    columns: name → type; of a currency `currency`, to give its ISO code (variable currency_words); of an id, `ref` and what it names; of a place,
    `place`: its region by seed_places, else the place as it is written; `platform`: of ads, in small letters; of a moment that comes after others of its day, `late timestamp`: told as
    a day only, it is the last second of that day.  Every id has its system in front (key_of).  What robots did on the site is left out, were it
    their visit alone that tells of them (var count_robots), and quality.findings counts it; so is the card of an employee who goes by another id
    (var same_employees), and what is a part of an earlier record under an id that was used again (record_parts). -#}
{% macro union_sources(entity, columns, statuses=['accepted']) -%}
{%- set typed = {} -%}
{%- set ids = {} -%}
{%- set parts = record_parts(entity) -%}
{%- for name, type in columns.items() -%}
    {%- set is_text = type.startswith('ref ') or type in ['currency', 'place', 'platform'] -%}
    {%- do typed.update({name: dbt.type_string() if is_text else type | replace('late ', '')}) -%}
    {%- if type.startswith('ref ') -%}{%- do ids.update({name: type[4:]}) -%}{%- endif -%}
{%- endfor -%}
{%- for source_name in sources_of(entity) %}
{%- set ways = id_ways(entity, ids, source_name) -%}
{%- set system = "'seed'" if source_name == 'seed' else system_of('rows_in', source_name) -%}
{%- set keys = {} -%}
{%- for name in ids -%}
    {%- set key = key_of('rows_in.' ~ name, ways[name], name, system, name in contract()['needed'][entity]) -%}
    {%- do keys.update({name: same_employee(key) if ids[name] == 'employee' else key}) -%}
{%- endfor -%}
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
    {%- if ids[name] == 'customer' and entity != 'customers' and source_name == 'files' %}
    case when not {{ is_nobody('rows_in.' ~ name, source_name) }} then {{ keys[name] }} end as {{ name }},
    {%- elif name in parts and not parts[name][2] %}
    case when not {{ is_of_earlier_record(entity, name) }} then {{ keys[name] }} end as {{ name }},
    {%- else %}
    {{ keys[name] }} as {{ name }},
    {%- endif %}
    {%- elif not is_brought(entity, name, source_name) %}
    cast(null as {{ type }}) as {{ name }},
    {%- elif columns[name].startswith('late ') %}
    {{ end_of_told_day('cast(rows_in.' ~ name ~ ' as ' ~ type ~ ')') }} as {{ name }},
    {%- elif columns[name] == 'currency' %}
    {{ iso_currency('rows_in.' ~ name) }} as {{ name }},
    {%- elif columns[name] == 'platform' %}
    lower(rows_in.{{ name }}) as {{ name }},
    {%- elif columns[name] == 'place' %}
    coalesce({{ region_of('rows_in.' ~ name) }}, cast(rows_in.{{ name }} as {{ type }})) as {{ name }},
    {%- else %}
    cast(rows_in.{{ name }} as {{ type }}) as {{ name }},
    {%- endif %}
    {%- endfor %}
    {{ 'cast(null as timestamp) as loaded_at' if source_name == 'seed' else 'rows_in.loaded_at' }}
from {{ ref((source_name ~ '_' if source_name == 'seed' else 'stg_' ~ source_name ~ '__') ~ entity) }} as rows_in
{%- for name, object in ids.items() %}
{{- join_ids('rows_in.object' if object == 'object' else "'" ~ object ~ "'", id_named(entity, name), ways[name], name, system) }}
{%- endfor %}
{%- for name in parts if name in ids %}
{{- join_earlier_record(entity, name, keys[name]) }}
{%- endfor %}
{{ "where rows_in.row_status in ('" ~ statuses | join("', '") ~ "')" if source_name != 'seed' }}
{%- if 'is_robot' in columns and not var('count_robots') %}
and not {{ done_by_robot(entity, source_name) }}
{%- endif %}
{%- if entity == 'employees' and var('same_employees') %}
and {{ system }} || ':' || rows_in.employee_id not in ('{{ var('same_employees').keys() | join("', '") }}')
{%- endif %}
{%- for name in parts if parts[name][2] %}
and not {{ is_of_earlier_record(entity, name) }}
{%- endfor %}
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

{#- The join and the address at which a record's own system shows it (seeds accounts and record_pages); null where the account has no address. -#}
{% macro join_record_page(object, key) -%}
    left join {{ ref('int_record_pages') }} as record_page
        on record_page.object = {{ object }}
        and record_page.system_name = {{ dbt.split_part(key, "':'", 1) }}
        and record_page.id_prefix = coalesce({{ part_of(source_id(key), '^([A-Za-z]+_)') }}, '')
{%- endmacro %}
{% macro record_url(key) -%}
    replace(record_page.address, '{id}', substr({{ source_id(key) }}, length(record_page.id_prefix) + 1))
{%- endmacro %}
