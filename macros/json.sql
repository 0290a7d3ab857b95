{#- JSON that a source hands over as text.  What is no JSON gives null, or no rows. -#}

{#- One value as text; path like $.OWNER_ID or $[0].VALUE. -#}
{% macro json_value(text, path) -%} {{ adapter.dispatch('json_value')(text, path) }} {%- endmacro %}
{% macro duckdb__json_value(text, path) -%} json_extract_string(try_cast({{ text }} as json), '{{ path }}') {%- endmacro %}
{% macro default__json_value(text, path) -%} get_json_object({{ text }}, '{{ path }}') {%- endmacro %}

{#- The first item of a list that is printed as text, as JSON or in another way; what is no list stands as it is. -#}
{% macro first_item(text) -%}
    case when {{ text }} like '[%' then {{ item_text(item_at(array_items(text), 1)) }} else {{ text }} end
{%- endmacro %}

{#- Stands after `from table`: one row for each item of an array, the item as text in the column `item`. -#}
{% macro unnest_json(text, item) -%} {{ adapter.dispatch('unnest_json')(text, item) }} {%- endmacro %}
{% macro duckdb__unnest_json(text, item) -%}
    cross join unnest(cast(json_extract(try_cast({{ text }} as json), '$[*]') as varchar[])) as items ({{ item }})
{%- endmacro %}
{% macro default__unnest_json(text, item) -%}
    lateral view explode(from_json({{ text }}, 'array<string>')) items as {{ item }}
{%- endmacro %}
