{#- The rows of a raw table of Salesforce, with whether the record is gone: into its bin, or out of it. -#}
{% macro salesforce_rows(relation) -%}
(
    select
        *,
        coalesce({{ adapter.quote('_deleted') }}, {{ adapter.quote('IsDeleted') }}) as is_gone
    from {{ relation }}
) as rows_with_flag
{%- endmacro %}

{#- Who owns a record, unless that is a queue, whose ids begin so. -#}
{% macro salesforce_employee(rows='') -%} case when {{ rows }}owner_id not like '00G%' then {{ rows }}owner_id end {%- endmacro %}

{#- Whether a task is a call. -#}
{% macro salesforce_is_call() -%}
    (coalesce(subtype, '') = 'call' or coalesce(type, '') = 'call' or coalesce(call_type, '') <> '' or call_seconds is not null)
{%- endmacro %}

{#- The record that a task or an event is about, and its customer.  The first three signs of an id tell what it is of. -#}
{% macro salesforce_owner() -%}
    {%- set customer = "coalesce(account_id, case when what_id like '001%' then what_id when who_id like '003%' then who_id end)" -%}
    {{ customer }} as customer_id,
    case when what_id like '006%' then 'deal' when who_id like '00Q%' then 'lead' when {{ customer }} is not null then 'customer' end as object,
    case when what_id like '006%' then what_id when who_id like '00Q%' then who_id else {{ customer }} end as object_id
{%- endmacro %}

{#- Whether a text is one of some words, which are in small letters. -#}
{% macro salesforce_is(text, words) -%}
    lower({{ text }}) in (
        {%- for word in words %}
        '{{ word }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
