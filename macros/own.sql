{#- Fields of one's own (contract/fields.yml), as contract() tells them. -#}

{#- The columns that lines bring to a model, in a select list before other columns.
    rows: what they are read from, one alias or entity → alias (none: it has no such record); where several have a column, the first that tells it.
    Without a line it is nothing. -#}
{% macro own_columns(model_name, rows) -%}
    {%- for name, told in contract()['own'].get(model_name, {}).items() -%}
        {%- set found = [] -%}
        {%- for entity in told['of'] -%}
            {%- set alias = rows if rows is string else rows[entity] -%}
            {%- if alias and alias ~ '.' ~ name not in found -%}{%- do found.append(alias ~ '.' ~ name) -%}{%- endif -%}
        {%- endfor -%}
        {%- if found | length > 1 -%} coalesce({{ found | join(', ') }}) as {{ name }}
        {%- else -%} {{ found[0] if found else 'cast(null as ' ~ told['type'] ~ ') as ' ~ name }}
        {%- endif -%},
    {% endfor -%}
{%- endmacro %}

{#- The names of the columns that lines bring to a model. -#}
{% macro own_names(model_name) -%} {%- do return(contract()['own'].get(model_name, {}).keys() | list) -%} {%- endmacro %}

{#- The columns that lines bring to a model and the scorecard tells KPIs by. -#}
{% macro own_dimensions(model_name) -%}
    {%- set found = [] -%}
    {%- for name, told in contract()['own'].get(model_name, {}).items() if told['is_dimension'] -%}{%- do found.append(name) -%}{%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}

{#- The dimensions of a KPI, with those that lines bring: all the marts that it is made of have them. -#}
{% macro with_own_dimensions(dimensions, mart, other_mart) -%}
    {%- set marts = {} -%}
    {%- for mart_name in contract()['own'] -%}
        {%- for name in own_dimensions(mart_name) -%}{%- do marts.setdefault(name, []).append(mart_name) -%}{%- endfor -%}
    {%- endfor -%}
    {%- if marts -%}
    case when {{ dimensions }} = 'any' then 'any' else concat_ws(
        ' ', {{ dimensions }}
        {%- for name, told in marts.items() %},
        {%- set known = "in ('" ~ told | join("', '") ~ "')" %}
        case when {{ mart }} {{ known }} and coalesce({{ other_mart }}, {{ mart }}) {{ known }} then '{{ name }}' end
        {%- endfor %}
    ) end
    {%- else -%} {{ dimensions }}
    {%- endif -%}
{%- endmacro %}

{#- The field of a source that fills a column of an entity by a line; none where no line says. -#}
{% macro own_field(source_name, entity, name) -%}
    {%- do return(contract()['fields'].get(source_name, {}).get(entity, {}).get(name, [none])[0]) -%}
{%- endmacro %}

{#- What validated_rows reads for the lines of a source and entity: name → its raw column and type.  left: the contract's columns that the source
    leaves to lines; one that no line tells of is nothing. -#}
{% macro own_raw_columns(source_name, entity, left=[]) -%}
    {%- set lines = contract()['fields'][source_name][entity] -%}
    {%- set found = {} -%}
    {%- for name in left -%}{%- do found.update({name: [lines.get(name, [none])[0], 'first']}) -%}{%- endfor -%}
    {%- for name, told in lines.items() if told[1:] -%}
        {%- do found.update({name: [told[0], told[1], 'lenient'] + (['parted'] if told[2] == 'money' else [])}) -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}

{#- The joins that tell the texts of own fields of some rows, and the columns that come of them.  A field of several values has them all, in the order
    of their texts, so that the same values are one member.
    object: the kind of record as the lists of Bitrix24 and HubSpot have it: items of a list are told by their labels; without one an item of HubSpot
    says what it is, as one of Bitrix24 does that is no made code (label_of).  Other sources give the words of a list themselves.  HubSpot parts
    several values by ; -#}
{% macro own_texts(source_name, entity, rows, object="''") -%}
    {%- for name, told in contract()['fields'][source_name][entity].items() if told[1] == 'text' %}
    {%- set is_coded = source_name in ['bitrix24', 'hubspot'] and told[2] == 'list' %}
    {%- set is_parted = source_name == 'hubspot' and told[2] == 'list' %}
    {%- set escaped = "replace(replace(" ~ name ~ ", chr(92), concat(chr(92), chr(92))), '\"', concat(chr(92), '\"'))" %}
    {%- set listed = "concat('[\"', replace(" ~ escaped ~ ", ';', '\",\"'), '\"]')" if is_parted else name %}
    {%- set item = 'coalesce(labels.label, items.item)' if is_parted else label_of('labels.label', 'items.item') if is_coded else 'items.item' %}
    left join (
        select
            items.object,
            items.written,
            {%- if source_name == 'bitrix24' and told[2] == 'list' %}
            nullif({{ dbt.listagg(unlabelled('labels.label', 'items.item'), "'; '", 'order by items.item') }}, '') as unlabelled,
            {%- endif %}
            nullif({{ dbt.listagg(item, "'; '", 'order by ' ~ item) }}, '') as text
        from (
            {%- if is_coded and not is_parted %}
            select distinct {{ object }} as object, {{ name }} as written, 1 as position, {{ name }} as item
            from {{ rows }}
            where {{ name }} not like '[%'
            union all
            {%- endif %}
            {{ unnest_arrays(
                '(select distinct ' ~ object ~ ' as object, ' ~ name ~ ' as written, ' ~ listed ~ ' as listed from ' ~ rows
                ~ ' where ' ~ listed ~ " like '[%') as lists",
                ['object', 'written'], {'item': 'listed'}
            ) }}
        ) as items
        {%- if is_coded %}
        left join {{ ref('base_' ~ source_name ~ '__list_items') }} as labels
            on items.object = labels.object and labels.field_name = '{{ told[0] }}' and items.item = labels.item_id
        {%- endif %}
        group by items.object, items.written
    ) as {{ name }}_texts on {{ object }} = {{ name }}_texts.object and {{ rows }}.{{ name }} = {{ name }}_texts.written
    {%- endfor %}
{%- endmacro %}
{% macro own_values(source_name, entity, rows) -%}
    {%- for name, told in contract()['fields'][source_name][entity].items() if told[1:] -%}
        {%- if told[1] != 'text' -%} {{ rows }}.{{ name }},
        {%- elif source_name == 'bitrix24' and told[2] == 'list' -%}
        {{ name }}_texts.text as {{ name }},
    {{ name }}_texts.unlabelled as unlabelled_{{ name }},
        {%- else -%} coalesce({{ name }}_texts.text, {{ rows }}.{{ name }}) as {{ name }},
        {%- endif %}
    {% endfor -%}
{%- endmacro %}

{#- The lists of Bitrix24 that lines bring, each with its entity. -#}
{% macro bitrix24_own_lists() -%}
    {%- set found = [] -%}
    {%- for entity, lines in contract()['fields']['bitrix24'].items() -%}
        {%- for name, told in lines.items() if told[2] == 'list' -%}{%- do found.append((entity, name)) -%}{%- endfor -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}

{#- Whether a source brings a column of an entity: of those of lines, a source that no line names brings none; files bring all. -#}
{% macro is_brought(entity, name, source_name) -%}
    {%- set is_own = name in contract()['own_columns'].get(entity, []) -%}
    {%- do return(not is_own or source_name == 'files' or name in contract()['fields'].get(source_name, {}).get(entity, {})) -%}
{%- endmacro %}
