{#- What a record says of its origin, as one text to join on. -#}
{% macro channel_key(utm_source, utm_medium, traffic_source, source_name) -%}
    lower(concat(
        coalesce({{ utm_source }}, ''), '|', coalesce({{ utm_medium }}, ''), '|',
        coalesce({{ traffic_source }}, ''), '|', coalesce({{ source_name }}, '')
    ))
{%- endmacro %}

{#- A parameter's value in the query of an address; null where it has none. -#}
{% macro query_value(address, name) -%} {{ clean_text(decoded_mark(part_of(address, '(?i)[?&#]' ~ name ~ '=([^&#]*)'))) }} {%- endmacro %}

{#- The host of an address, in lower case; empty where there is none. -#}
{% macro host_of(address) -%} {{ part_of('lower(' ~ address ~ ')', '^(?:[a-z]+:)?//(?:[^/@]*@)?([^/:?#]+)') }} {%- endmacro %}

{#- The number of an order as a site and a shop may both write it: no case, no #, no spaces or dashes. -#}
{% macro order_word(number) -%} {{ remove_pattern('lower(' ~ number ~ ')', '[^0-9a-zа-яё]') }} {%- endmacro %}

{#- The key of a campaign or an ad, for ids of two platforms are two things; null where there is no id. -#}
{% macro platform_key(platform, id) -%} {{ platform }} || ':' || {{ id }} {%- endmacro %}
{#- A keyword as a platform and a mark may both write it: in small letters, without the signs of how it is matched and without the words that it
    leaves out (кофе -растворимый). -#}
{% macro keyword_of(written) -%} nullif(trim({{ remove_pattern('lower(' ~ written ~ ')', '["!+\\[\\]]| -[^ ]+') }}), '') {%- endmacro %}

{#- The label of a code; a code that no label is known of says what it is, but one that a system made (var made_codes) says nothing, and
    quality.findings shows it. -#}
{% macro label_of(label, code) -%} coalesce({{ label }}, case when not {{ matches(code, var('made_codes')) }} then {{ code }} end) {%- endmacro %}
{% macro unlabelled(label, code) -%} case when {{ label }} is null and {{ matches(code, var('made_codes')) }} then {{ code }} end {%- endmacro %}

{#- The join that finds the label of an item of a list field of Bitrix24. -#}
{% macro join_list_item(alias, object, field_name, item) -%}
    left join {{ ref('base_bitrix24__list_items') }} as {{ alias }}
        on {{ alias }}.object = {{ object }} and {{ alias }}.field_name = '{{ field_name }}' and {{ alias }}.item_id = {{ item }}
{%- endmacro %}

{#- A dimension's value, or the visible bucket for what is not known. -#}
{% macro known(value) -%} coalesce({{ value }}, '{{ var("unknown_member") }}') {%- endmacro %}

{#- The phone numbers or e-mail addresses in a cell of contact data, each in one spelling, as an array.  The function of that name is
    raw_views/contacts.py: registered by the plugin on DuckDB, by whoever starts the session as a UDF on Spark. -#}
{% macro contact_values(kind, cell) -%} {{ adapter.dispatch('contact_values')(kind, cell) }} {%- endmacro %}
{% macro default__contact_values(kind, cell) -%} contact_values({{ kind }}, {{ cell }}, '{{ var("phone_default_country") }}') {%- endmacro %}

{#- What a phone number or an e-mail address is known by: its hash with the secret of the installation, which no SQL text ever holds.  The
    function of that name is raw_views/contact_key.py. -#}
{% macro contact_identifier(contact) -%} {{ adapter.dispatch('contact_identifier')(contact) }} {%- endmacro %}
{% macro default__contact_identifier(contact) -%} contact_identifier({{ contact }}) {%- endmacro %}

{#- A ratio as double; null where there is nothing to divide by. -#}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

{#- A currency's ISO code, whatever a source writes (variable currency_words); what no word names is a code itself. -#}
{% macro iso_currency(written) -%} coalesce({{ currency_named(written) }}, upper({{ written }})) {%- endmacro %}

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

{#- Ends the joins of a part of a query that others read many times, in chains.  DuckDB works it out once by itself; Spark would put the whole of it
    in each place, fourfold from part to part, unless something in it might differ from time to time. -#}
{% macro worked_out_once() -%} {{ adapter.dispatch('worked_out_once')() }} {%- endmacro %}
{% macro duckdb__worked_out_once() -%}{%- endmacro %}
{% macro default__worked_out_once() %} where rand() >= 0{% endmacro %}

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

{#- The ids that a Bitrix24 record names in a single and in a multiple field, each once or twice, as one text: contact_7,contact_8. -#}
{% macro bitrix24_ids(prefix, id, ids) -%}
    {%- set parted = replace_pattern(remove_pattern(ids, '[.]0+'), '[^0-9]+', ',') -%}
    {%- set listed = remove_pattern(parted, '^,|,$') -%}
    '{{ prefix }}' || replace(nullif(concat_ws(',', {{ id }}, nullif(nullif({{ listed }}, ''), '0')), ''), ',', ',{{ prefix }}')
{%- endmacro %}

{#- Whose a Bitrix24 lead, deal or quote is: the company's, else the main contact's. -#}
{% macro bitrix24_customer() -%}
    coalesce('company_' || company_id, {{ dbt.split_part(bitrix24_ids('contact_', 'contact_id', 'contact_ids'), "','", 1) }})
{%- endmacro %}

{#- Whether a target names more than one kind of owner: an employee or team, a channel, a product. -#}
{% macro names_several_slices(targets) -%}
    {{ flag('coalesce(' ~ targets ~ '.employee_id, ' ~ targets ~ '.team) is not null') }} + {{ flag(targets ~ '.channel is not null') }}
    + {{ flag(targets ~ '.product_id is not null') }} > 1
{%- endmacro %}

{#- The record that an amoCRM task or note is about, and its customer: a lead that is a deal is a deal.  Reads paths, of the lead. -#}
{% macro amocrm_owner(rows) -%}
    case when {{ rows }}.entity_type in ('contacts', 'companies') then
        case {{ rows }}.entity_type when 'contacts' then 'contact_' else 'company_' end || {{ rows }}.entity_id
    end as customer_id,
    case
        when paths.is_deal then 'deal'
        when {{ rows }}.entity_type = 'leads' then 'lead'
        when {{ rows }}.entity_type in ('contacts', 'companies') then 'customer'
    end as object,
    case {{ rows }}.entity_type
        when 'leads' then {{ rows }}.entity_id
        when 'contacts' then 'contact_' || {{ rows }}.entity_id
        when 'companies' then 'company_' || {{ rows }}.entity_id
    end as object_id
{%- endmacro %}

{#- Whether an event of GA4 is of a kind (variable ga4_events). -#}
{% macro ga4_is(kind) -%}
    {%- set names = [] -%}
    {%- for name, event in var('ga4_events').items() if event == kind -%}{%- do names.append(name) -%}{%- endfor -%}
    event_name in ('{{ names | join("', '") }}')
{%- endmacro %}

{#- A list of GA4's export, and an item of it, as JSON: some writers of Parquet wrap both, {"list": [{"element": …}]}. -#}
{% macro ga4_list(text) -%} case when {{ text }} like '{"list":%' then {{ json_value(text, '$.list') }} else {{ text }} end {%- endmacro %}
{% macro ga4_item(text) -%}
    case
        when {{ text }} like '{"element":%' then {{ json_value(text, '$.element') }}
        when {{ text }} like '{"item":%' then {{ json_value(text, '$.item') }}
        else {{ text }}
    end
{%- endmacro %}

{#- The begin (0) or end (1) of the scale of an answer to a survey: as told, else that of its metric by the variable survey_scales. -#}
{% macro scale_end(told, place) -%}
    coalesce({{ told }}, case metric {%- for metric, ends in var('survey_scales').items() %} when '{{ metric }}' then {{ ends[place] }} {%- endfor %} end)
{%- endmacro %}
