{#- What a record says of its origin, as one text to join on. -#}
{% macro channel_key(utm_source, utm_medium, traffic_source, source_name) -%}
    lower(concat(
        coalesce({{ utm_source }}, ''), '|', coalesce({{ utm_medium }}, ''), '|',
        coalesce({{ traffic_source }}, ''), '|', coalesce({{ source_name }}, '')
    ))
{%- endmacro %}

{#- A dimension's value, or the visible bucket for what is not known. -#}
{% macro known(value) -%} coalesce({{ value }}, '{{ var("unknown_member") }}') {%- endmacro %}

{#- Digits of a phone in international form; null where there are too few to be one. -#}
{% macro normal_phone(phone) -%}
    {%- set digits = remove_pattern(phone, '[^0-9]') -%}
    case
        when length({{ digits }}) = 10 then concat('{{ var("phone_default_country") }}', {{ digits }})
        when length({{ digits }}) = 11 and left({{ digits }}, 1) = '{{ var("phone_trunk_prefix") }}'
            then concat('{{ var("phone_default_country") }}', substring({{ digits }}, 2, 10))
        when length({{ digits }}) >= 7 then {{ digits }}
    end
{%- endmacro %}

{#- An e-mail address in lower case without spaces; null where it is none. -#}
{% macro normal_email(email) -%}
    case when {{ email }} like '%_@_%' then lower(trim({{ email }})) end
{%- endmacro %}

{#- Whose a letter or a call is: the customer's whom it names, else of whoever carries the (normal) address or number. -#}
{% macro identifier_of(customer_id, address) -%}
    case when {{ customer_id }} is not null then concat('c:', {{ customer_id }}) when {{ address }} is not null then {{ dbt.hash(address) }} end
{%- endmacro %}

{#- A ratio as double; null where there is nothing to divide by. -#}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

{#- The join that finds the rate of an amount's own day; no currency means the base currency. -#}
{% macro join_rate(alias, currency, day) -%}
    left join {{ ref('int_exchange_rates') }} as {{ alias }}
        on coalesce(upper({{ currency }}), '{{ var("base_currency") }}') = {{ alias }}.currency
        and {{ day }} >= {{ alias }}.valid_from
        and {{ day }} < {{ alias }}.valid_until
{%- endmacro %}

{#- Money in the base currency, to the kopeck; null where the currency has no rate on the day, or one that comes to a trillion. -#}
{% macro to_base(amount, rate_alias) -%}
    cast({{ try_cast_as('round(' ~ amount ~ ' * ' ~ rate_alias ~ '.rate_to_base, 2)', 'decimal(14, 2)') }} as decimal(18, 2))
{%- endmacro %}

{#- 1 where the condition holds, else 0. -#}
{% macro flag(condition) -%} case when {{ condition }} then 1 else 0 end {%- endmacro %}

{#- The value below which the given share of values lies, between neighbours in proportion. -#}
{% macro percentile(value, share) -%} {{ adapter.dispatch('percentile')(value, share) }} {%- endmacro %}
{% macro duckdb__percentile(value, share) -%} quantile_cont({{ value }}, {{ share }}) {%- endmacro %}
{% macro default__percentile(value, share) -%} percentile({{ value }}, {{ share }}) {%- endmacro %}

{#- One touch's part of an amount; rounding runs along the credits, so the parts add up to the amount to the last kopeck. -#}
{% macro credited_part(amount, credits) -%}
    cast(
        round({{ amount }} * cast({{ credits }}.credit_so_far as decimal(18, 12)), 2)
        - round({{ amount }} * cast({{ credits }}.credit_before as decimal(18, 12)), 2)
        as decimal(18, 2)
    )
{%- endmacro %}

{#- What a manager noted as the result of a Bitrix24 activity, in whichever of its result fields. -#}
{% macro bitrix24_outcome() -%}
    coalesce(result_source, result_status, result_mark, cast(nullif(result_value, 0) as {{ dbt.type_string() }}))
{%- endmacro %}
