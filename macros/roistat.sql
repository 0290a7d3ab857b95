{#- What a marker of Roistat stands for, by its first part without the number of the account: direct1_search_… is direct. -#}
{% macro roistat_named(marker, names) -%}
    case {{ remove_pattern(dbt.split_part(marker, "'_'", 1), '[0-9]+$') }}
        {%- for name, meaning in names.items() %}
        when '{{ name }}' then '{{ meaning }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- Whether what Roistat tells of an entity is a copy of what another system that is on tells. -#}
{% macro roistat_copies(entity) -%}
    {%- do return(entity in var('roistat_left_out') or sources_of(entity) | reject('in', ['roistat', 'files']) | list | length > 0) -%}
{%- endmacro %}
