{#- Raw text into typed values.  Every reader gives null for nothing and for what it cannot read; judged_rows tells the two
    apart.  Engines differ in try-casts and patterns, hence the dispatch at the foot. -#}

{#- Words that mean "no value" in columns that are not text. -#}
{% macro nothing_words() -%}
    {%- do return(["''", "'null'", "'none'", "'nan'", "'nat'", "'<na>'", "'n/a'", "'false'", "'-'", "'--'", "'{}'", "'[]'"]) -%}
{%- endmacro %}

{#- Text without the words that mean nothing.  A list of them in `not in` would become a join a column on DuckDB. -#}
{% macro null_words(text, words) -%}
    case lower({{ text }}) {% for word in words %}when {{ word }} then null {% endfor %}else {{ text }} end
{%- endmacro %}

{#- Trimmed text; an empty one is null. -#}
{% macro read_text(raw) -%} nullif(trim({{ raw }}), '') {%- endmacro %}

{#- Text without its "nothing" words. -#}
{% macro read_something(raw) -%}
    {{ null_words('trim(' ~ raw ~ ')', nothing_words()) }}
{%- endmacro %}

{#- Trimmed text; a whole number loses the fraction that a table program or a decimal column gave it: 31.0, 401.000000000. -#}
{% macro whole_text(raw) -%}
    case
        when {{ raw }} like '%.0%' and {{ matches(raw, '^ *[0-9]+[.]0+ *$') }} then trim({{ dbt.split_part(raw, "'.'", 1) }})
        else trim({{ raw }})
    end
{%- endmacro %}

{#- The id of the record itself, or a code. -#}
{% macro read_code(raw) -%} {{ null_words(whole_text(raw), nothing_words()) }} {%- endmacro %}

{#- The id of another record, or a field, where 0 means nothing too. -#}
{% macro read_ref(raw) -%} {{ null_words(whole_text(raw), nothing_words() + ["'0'"]) }} {%- endmacro %}

{#- One of a list of words, compared in lower case. -#}
{% macro read_enum(raw) -%} nullif(lower(trim({{ raw }})), '') {%- endmacro %}

{#- Digits as people write them, made plain: 12 345,60 · 1.234,56 · 1,234.56 · 1,234,567 → 12345.60 · 1234.56 · 1234.56 · 1234567.
    One comma alone is a decimal comma. -#}
{% macro plain_number(raw) -%}
    {%- set text = remove_pattern(raw, '[ \\x{00A0}\\x{2009}\\x{202F}]') -%}
    case
        when {{ matches(text, '^[+-]?[0-9]{1,3}([.][0-9]{3})+,[0-9]+$') }} then replace(replace({{ text }}, '.', ''), ',', '.')
        when {{ matches(text, '^[+-]?[0-9]{1,3}(,[0-9]{3})+[.][0-9]+$') }} then replace({{ text }}, ',', '')
        when {{ matches(text, '^[+-]?[0-9]{1,3}(,[0-9]{3}){2,}$') }} then replace({{ text }}, ',', '')
        when {{ matches(text, '^[+-]?[0-9]{1,3}([.][0-9]{3}){2,}$') }} then replace({{ text }}, '.', '')
        else replace({{ text }}, ',', '.')
    end
{%- endmacro %}

{#- Text as a decimal: a plain number at once, anything else by the rules of plain_number (they cost ten times as much). -#}
{% macro read_decimal(raw, type) -%}
    coalesce({{ try_cast_as(raw, type) }}, {{ try_cast_as(plain_number(raw), type) }})
{%- endmacro %}

{#- Money and numbers end at a trillion, so that sums of them fit their types. -#}
{% macro read_money(raw) -%} cast({{ read_decimal(raw, 'decimal(14, 2)') }} as decimal(18, 2)) {%- endmacro %}

{#- A decimal wide enough for every number is read a hundred times slower than a plain number needs to be. -#}
{% macro read_number(raw) -%}
    case
        when {{ matches(raw, '^[+-]?[0-9]{1,12}([.][0-9]+)?$') }} then {{ try_cast_as(raw, 'double') }}
        else cast({{ try_cast_as(plain_number(raw), 'decimal(22, 10)') }} as double)
    end
{%- endmacro %}

{#- Integers end at fifteen digits: some are counters that a source numbers its records by. -#}
{% macro read_integer(raw) -%}
    {%- set number = try_cast_as(plain_number(raw), 'decimal(25, 10)') -%}
    case
        when {{ matches(raw, '^[+-]?[0-9]{1,15}$') }} then {{ try_cast_as(raw, 'bigint') }}
        when {{ number }} = floor({{ number }}) then cast({{ number }} as bigint)
    end
{%- endmacro %}

{% macro read_boolean(raw) -%}
    case lower(trim({{ raw }}))
        {%- for word in ['y', 'yes', 'true', 't', '1', '1.0', 'да'] %} when '{{ word }}' then true{% endfor %}
        {%- for word in ['n', 'no', 'false', 'f', '0', '0.0', 'нет'] %} when '{{ word }}' then false{% endfor %}
    end
{%- endmacro %}

{#- ISO or dd.mm.yyyy; of a timestamp, its own calendar day.  A day is the midnight of some zone: one with an offset that is not at
    midnight has been carried into another zone (Parquet keeps UTC), and the business's zone tells its day. -#}
{% macro read_date(raw) -%}
    {%- set text = 'trim(' ~ raw ~ ')' -%}
    case
        when {{ matches(text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]*[1-9][0-9:.]*([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$') }}
            then {{ local_date(parse_instant(text)) }}
        when {{ matches(text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?$') }}
            then {{ try_cast_as('left(' ~ text ~ ', 10)', 'date') }}
        when {{ matches(text, '^[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{4}( .*)?$') }}
            then {{ parse_dotted(text, 'date') }}
    end
{%- endmacro %}

{#- ISO with or without offset, or dd.mm.yyyy hh:mm[:ss]; without an offset it is wall-clock time of source_timezone.  UTC. -#}
{% macro read_timestamp(raw, zone=none) -%}
    {%- set zone = zone or var('source_timezone') or business_timezone() -%}
    {%- set text = 'trim(' ~ raw ~ ')' -%}
    case
        when {{ matches(text, ':[0-9]{2}.*([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$') }} then {{ parse_instant(text) }}
        when {{ matches(text, '^[0-9]{4}-') }} then {{ local_to_utc(try_cast_as(text, 'timestamp'), zone) }}
        when {{ matches(text, '^[0-9]{1,2}[.]') }} then {{ local_to_utc(parse_dotted(text, 'timestamp'), zone) }}
    end
{%- endmacro %}

{#- Null where the cast fails; both engines have it, dbt's own safe_cast does not use it on DuckDB. -#}
{% macro try_cast_as(value, type) -%} try_cast({{ value }} as {{ type }}) {%- endmacro %}

{#- engine differences -#}
{% macro matches(text, pattern) -%} {{ adapter.dispatch('matches')(text, pattern) }} {%- endmacro %}
{% macro duckdb__matches(text, pattern) -%} regexp_matches({{ text }}, '{{ pattern }}') {%- endmacro %}
{% macro default__matches(text, pattern) -%} {{ text }} rlike r'{{ pattern }}' {%- endmacro %}

{% macro remove_pattern(text, pattern) -%} {{ adapter.dispatch('remove_pattern')(text, pattern) }} {%- endmacro %}
{% macro duckdb__remove_pattern(text, pattern) -%} regexp_replace({{ text }}, '{{ pattern }}', '', 'g') {%- endmacro %}
{% macro default__remove_pattern(text, pattern) -%} regexp_replace({{ text }}, r'{{ pattern }}', '') {%- endmacro %}

{#- What the first group of a pattern matches. -#}
{% macro part_of(text, pattern) -%} {{ adapter.dispatch('part_of')(text, pattern) }} {%- endmacro %}
{% macro duckdb__part_of(text, pattern) -%} regexp_extract({{ text }}, '{{ pattern }}', 1) {%- endmacro %}
{% macro default__part_of(text, pattern) -%} regexp_extract({{ text }}, r'{{ pattern }}', 1) {%- endmacro %}

{% macro parse_instant(text) -%} {{ adapter.dispatch('parse_instant')(text) }} {%- endmacro %}
{% macro duckdb__parse_instant(text) -%}
    {#- it wants the seconds: 10:00+03:00 has none -#}
    {%- set whole = "regexp_replace(" ~ text ~ ", '([ T][0-9]{2}:[0-9]{2})([zZ+-])', '\\1:00\\2')" -%}
    timezone('UTC', coalesce(try_cast({{ text }} as timestamptz), try_cast({{ whole }} as timestamptz)))
{%- endmacro %}
{% macro default__parse_instant(text) -%} try_cast({{ text }} as timestamp) {%- endmacro %}

{% macro parse_dotted(text, as_type) -%} {{ adapter.dispatch('parse_dotted')(text, as_type) }} {%- endmacro %}
{% macro duckdb__parse_dotted(text, as_type) -%}
    cast(try_strptime({{ text }}, ['%d.%m.%Y', '%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M']) as {{ as_type }})
{%- endmacro %}
{% macro default__parse_dotted(text, as_type) -%}
    cast(coalesce(
        try_to_timestamp({{ text }}, 'd.M.yyyy H:m:s'), try_to_timestamp({{ text }}, 'd.M.yyyy H:m'), try_to_timestamp({{ text }}, 'd.M.yyyy')
    ) as {{ as_type }})
{%- endmacro %}
