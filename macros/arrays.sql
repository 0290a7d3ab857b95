{#- Arrays that a source holds as text, into rows.

    relation: what to read;  keep: columns carried along;
    arrays: name → column that holds an array as text, printed as [1,2] or ['a','b\'c'], or as JSON.

    One row for each position of the first array, position from 1; an array that is shorter gives null there.  Elements are
    text.  No array, or an empty one: no row. -#}
{% macro unnest_arrays(relation, keep, arrays) -%}
{%- set first = arrays.keys() | first -%}
select
    {{ keep | join(',\n    ') }},
    position,
    {%- for name in arrays %}
    {{ item_text(item_at('items_of_' ~ name, 'position')) }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from (
    select
        *,
        {{ each_position('items_of_' ~ first) }} as position
    from (
        select
            {{ keep | join(',\n            ') }},
            {%- for name, array in arrays.items() %}
            {{ array_items(printed_array(array)) }} as items_of_{{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }}
        where {{ arrays[first] }} not in ('', '[]')
    ) as itemised
) as numbered
{%- endmacro %}

{#- A text export escapes the quotes of the array itself, [\'a\'], and its escapes once more. -#}
{% macro printed_array(text) -%}
    case when left({{ text }}, 2) = concat('[', chr(92)) then {{ unescape(text) }} else {{ text }} end
{%- endmacro %}

{#- What stands between the commas: 'quoted' (\x27) with its escapes, "quoted" (\x22), or bare up to the next sign. -#}
{% macro item_pattern() -%}
    {%- do return('(?s)\\x27(?:[^\\x27\\\\]|\\\\.)*\\x27|\\x22(?:[^\\x22\\\\]|\\\\.)*\\x22|[^\\s,\\[\\]\\x27\\x22][^,\\[\\]\\x27\\x22]*') -%}
{%- endmacro %}

{#- An item without its quotes and escapes; null for a bare null. -#}
{% macro item_text(item) -%}
    case left({{ item }}, 1)
        when chr(39) then {{ unescape('substring(' ~ item ~ ', 2, length(' ~ item ~ ') - 2)') }}
        when '"' then {{ json_text(item) }}
        else nullif(trim({{ item }}), 'null')
    end
{%- endmacro %}

{#- Backslash escapes read: chr(92) is the backslash, chr(39) the quote; a doubled backslash waits as chr(1) for the others. -#}
{% macro unescape(text) -%}
    {%- set unescaped = namespace(sql='replace(' ~ text ~ ', concat(chr(92), chr(92)), chr(1))') -%}
    {%- for letter, sign in {'chr(39)': 'chr(39)', "'n'": 'chr(10)', "'t'": 'chr(9)', "'r'": 'chr(13)'}.items() -%}
        {%- set unescaped.sql = 'replace(' ~ unescaped.sql ~ ', concat(chr(92), ' ~ letter ~ '), ' ~ sign ~ ')' -%}
    {%- endfor -%}
    replace({{ unescaped.sql }}, chr(1), chr(92))
{%- endmacro %}

{#- engine differences -#}
{% macro array_items(text) -%} {{ adapter.dispatch('array_items')(text) }} {%- endmacro %}
{% macro duckdb__array_items(text) -%} regexp_extract_all({{ text }}, '{{ item_pattern() }}') {%- endmacro %}
{% macro default__array_items(text) -%} regexp_extract_all({{ text }}, r'{{ item_pattern() }}', 0) {%- endmacro %}

{% macro each_position(items) -%} {{ adapter.dispatch('each_position')(items) }} {%- endmacro %}
{% macro duckdb__each_position(items) -%} unnest(generate_series(1, len({{ items }}))) {%- endmacro %}
{% macro default__each_position(items) -%} explode(transform({{ items }}, (item, i) -> i + 1)) {%- endmacro %}

{% macro item_at(items, position) -%} {{ adapter.dispatch('item_at')(items, position) }} {%- endmacro %}
{% macro duckdb__item_at(items, position) -%} list_extract({{ items }}, {{ position }}) {%- endmacro %}
{% macro default__item_at(items, position) -%} get({{ items }}, {{ position }} - 1) {%- endmacro %}

{% macro json_text(item) -%} {{ adapter.dispatch('json_text')(item) }} {%- endmacro %}
{% macro duckdb__json_text(item) -%} try(json_extract_string({{ item }}, '$')) {%- endmacro %}
{% macro default__json_text(item) -%} get_json_object(concat('[', {{ item }}, ']'), '$[0]') {%- endmacro %}
