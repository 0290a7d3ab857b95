{#- The rows of call detail records, with lengths as numbers of seconds: 1:25 and 0:01:25 are 85. -#}
{% macro cdr_rows(relation) -%}
(
    select
        *,
        {%- for name in ['wait_seconds', 'talk_seconds', 'total_seconds'] %}
        {%- set told = 'trim(' ~ name ~ ')' %}
        {%- set clock = "case when " ~ matches(told, '^[0-9]+:[0-9]{2}$') ~ " then '0:' || " ~ told ~ " else " ~ told ~ " end" %}
        case
            when {{ matches(clock, '^[0-9]+:[0-9]{2}:[0-9]{2}$') }}
                then {{ as_text(seconds_of_day(clock) ~ ' + ' ~ try_cast_as(dbt.split_part(clock, "':'", 3), 'integer')) }}
            else {{ name }}
        end as plain_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
) as rows_with_seconds
{%- endmacro %}

{#- The direction that a call detail record tells in a word of the variable cdr_directions: in, out or internal; null for any other word. -#}
{% macro cdr_direction() -%}
    case
        {%- for direction, words in var('cdr_directions').items() %}
        when direction in ('{{ words | join("', '") }}') then '{{ direction }}'
        {%- endfor %}
    end
{%- endmacro %}
