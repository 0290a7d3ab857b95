{#- Raw text into typed values.  Every reader gives null for nothing and for what it cannot read; validated_rows tells the two
    apart.  Engines differ in try-casts and patterns, hence the dispatch at the foot. -#}

{#- Text as a person reads it: letters in one form (Unicode NFC), no invisible marks, one blank between words and none around; null
    where all it says is that there is nothing.  Nearly every value is plain already, and one look tells. -#}
{% macro clean_text(raw, words=none) -%}
    {%- set nothing = whole_words(var('nothing_words') if words is none else words) -%}
    {%- set odd_signs = '[\\p{M}\\p{Cf}\\p{Cc}\\p{Zl}\\p{Zp}\\x{00A0}\\x{1680}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}]' -%}
    {%- set one_line = 'trim(' ~ replace_pattern(composed(remove_pattern(raw, '\\p{Cf}')), '[\\s\\p{Z}\\p{Cc}]+', ' ') ~ ')' -%}
    {%- set tidy = replace_pattern(one_line, '^=\\x22(.*)\\x22$', '\\1') -%}
    case
        when {{ raw }} in ('', '[]') then null
        when {{ matches(raw, nothing ~ '|' ~ odd_signs ~ '|^ | $|  |^=\\x22') }} then nullif({{ remove_pattern(tidy, nothing) }}, '')
        else {{ raw }}
    end
{%- endmacro %}

{#- Raw text that a browser may have encoded, %D0%BB: decoded, twice where it was encoded twice.  What does not come to text stays, and
    so does the sign in 50%.  In a mark (plus) a+b stands for two words, unless the mark has blanks of its own. -#}
{% macro decoded(raw, plus=false) -%}
    {%- set spaced = "case when " ~ matches(raw, ' |[+][+]|^[+]|[+]$') ~ " then " ~ raw ~ " else replace(" ~ raw ~ ", '+', ' ') end" -%}
    {%- set once = url_decoded(spaced if plus else raw) -%}
    {%- set encoded = '%[0-9A-Fa-f]{2}' -%}
    case
        when {{ raw }} like '%!%%' escape '!' and {{ matches(raw, encoded) }}
            then case when {{ matches(once, encoded) }} then {{ url_decoded(once) }} else {{ once }} end
        {%- if plus %}
        when {{ raw }} like '%+%' then {{ spaced }}
        {%- endif %}
        else {{ raw }}
    end
{%- endmacro %}
{% macro decoded_mark(raw) -%} {{ decoded(raw, plus=true) }} {%- endmacro %}

{#- Whether a form encoded an address as a whole: https%3A%2F%2F… -#}
{% macro is_encoded_whole(url) -%} lower({{ url }}) like 'http%!%3a!%2f!%2f%' escape '!' {%- endmacro %}

{#- An address as a browser has it: one that was encoded as a whole is decoded, and &amp; of a page's text is &. -#}
{% macro plain_address(url) -%}
    replace(case when {{ is_encoded_whole(url) }} then {{ decoded(url) }} else {{ url }} end, '&amp;', '&')
{%- endmacro %}

{#- An address without its query and its fragment. -#}
{% macro path_of(url) -%} {{ dbt.split_part(dbt.split_part(url, "'?'", 1), "'#'", 1) }} {%- endmacro %}

{#- The page of an address: neither query nor fragment, its letters decoded. -#}
{% macro page_of(url) -%}
    {{ clean_text('case when ' ~ is_encoded_whole(url) ~ ' then ' ~ path_of(decoded(url)) ~ ' else ' ~ decoded(path_of(url)) ~ ' end') }}
{%- endmacro %}

{#- A long number that a program has rounded, 7,91612E+10 or 7.91612E10: as an id or a phone it would be one for many. 12E5 may be an article. -#}
{% macro is_rounded(text) -%}
    (
        ({{ text }} like '%+%' or {{ text }} like '%.%' or {{ text }} like '%,%')
        and {{ matches(text, '^[0-9]{1,3}([.,][0-9]+)?[eE][+][0-9]{1,3}$|^[0-9]{1,3}[.,][0-9]+[eE][0-9]{1,3}$') }}
    )
{%- endmacro %}

{#- From here on, text is clean. -#}
{% macro read_text(text) -%} {{ text }} {%- endmacro %}

{#- One of a list of words, compared in lower case. -#}
{% macro read_enum(text) -%} lower({{ text }}) {%- endmacro %}

{#- The id of the record itself, or a code; a whole number loses the fraction that a table program or a decimal column gave it: 31.0. -#}
{% macro read_code(text) -%}
    case
        when {{ text }} like '%.0%' and {{ matches(text, '^[0-9]+[.]0+$') }} then {{ dbt.split_part(text, "'.'", 1) }}
        when not {{ is_rounded(text) }} then {{ text }}
    end
{%- endmacro %}

{#- A UTM mark: a campaign's id loses the fraction of a table program like any id. -#}
{% macro read_mark(text) -%}
    case
        when {{ text }} like '%.0%' and {{ matches(text, '^[0-9]{4,}[.]0+$') }} then {{ dbt.split_part(text, "'.'", 1) }}
        else {{ text }}
    end
{%- endmacro %}

{#- The id of another record, or a field, where 0 means nothing too. -#}
{% macro read_ref(text) -%} nullif({{ read_code(text) }}, '0') {%- endmacro %}

{#- Which decimal sign the columns of a row's file show, of those that are read as numbers: '.' or ',', '?' where they differ, '' where none
    does.  Null where the raw views met no number that can be read in two ways, as 1,234 can. -#}
{% macro decimal_sign(columns) -%}
    {%- set shows = {} -%}
    {%- for sign in ['.', ','] -%}
        {%- set found = [] -%}
        {%- for column in columns -%}{%- do found.append("contains(_raw_decimals, '|" ~ sign ~ column ~ "|')") -%}{%- endfor -%}
        {%- do shows.update({sign: found | join(' or ')}) -%}
    {%- endfor -%}
    case
        when _raw_decimals is null then null
        when ({{ shows['.'] }}) and ({{ shows[','] }}) then '?'
        when {{ shows['.'] }} then '.'
        when {{ shows[','] }} then ','
        else ''
    end
{%- endmacro %}

{#- The code of the currency that a word, a sign or a code means (variable currency_words); null for any other text. -#}
{% macro currency_named(text) -%}
    case replace(replace(lower({{ text }}), '.', ''), ' ', '')
        {%- for code, words in var('currency_words').items() -%}
            {%- for word in [code | lower] + words %} when '{{ word | replace(' ', '') }}' then '{{ code }}'{% endfor -%}
        {%- endfor %}
    end
{%- endmacro %}

{#- A printed number in lower case and ASCII signs: no blanks, apostrophes or dots of abbreviations, every minus a hyphen, the kopecks of
    1 234 руб. 50 коп. before the word.  Blanks that part anything but thousands, 10 20, stay: it is no number. -#}
{% macro printed_number(raw) -%}
    {%- set parting = '[\\p{Z}\\s\\x27\\x60\\x{00B4}\\x{02BC}\\x{2018}\\x{2019}]' -%}
    {%- set two_numbers = '[0-9]' ~ parting ~ '+(?:[0-9]{1,2}|[0-9]{4,})(?:[^0-9]|$)|[0-9]{4}' ~ parting ~ '+[0-9]' -%}
    {%- set text = remove_pattern('lower(' ~ raw ~ ')', parting ~ '|\\p{Cf}') -%}
    {%- set plain = replace_pattern(replace_pattern(text, '[\\x{2010}-\\x{2015}\\x{2212}]', '-'), '([a-zа-я])[.]', '\\1') -%}
    case
        when {{ matches(raw, two_numbers) }} then {{ raw }}
        else {{ replace_pattern(plain, '^([-+(]*[0-9]+)(р|руб[а-я]*|₽)([0-9]{2})(?:к|коп[а-я]*)([)]?)$', '\\1.\\3\\2\\4') }}
    end
{%- endmacro %}

{#- What is printed beside an amount: of 1 234,50 руб. it is руб, of a bare number nothing. -#}
{% macro word_beside(raw) -%} nullif({{ remove_pattern(printed_number(raw), '[-+()0-9.,]') }}, '') {%- endmacro %}

{#- A number that is not plain, as people print it, with its minus in front: (100,00) · 100- · −100 · -$100.  Null for a plain one, unless
    its point may part thousands in this file.  Beside money a word or sign is left out: read_money looks whether it is the currency's. -#}
{% macro bare_number(raw, sign, is_money) -%}
    {%- set text = printed_number(raw) -%}
    {%- if is_money -%}
        {%- set text = replace_pattern(text, '^([-+(]*)[^-+()0-9.,]*([-+(]*[0-9.,]+[-)]*)[^-+()0-9.,]*([-)]*)$', '\\1\\2\\3') -%}
    {%- endif -%}
    case
        when {{ raw }} is not null
            and ({{ try_cast_as(raw, 'double') }} is null or ({{ raw }} like '%.___' and coalesce({{ sign }}, '.') <> '.'))
            then {{ replace_pattern(replace_pattern(text, '^[(](.*)[)]$', '-\\1'), '^([0-9].*)-$', '-\\1') }}
    end
{%- endmacro %}

{#- Digits as people write them, made plain: 12345,60 · 1.234,56 · 1,234.56 · 1,234,567 → 12345.60 · 1234.56 · 1234.56 · 1234567.
    Before exactly three digits a comma or point may part decimals or thousands: the file's decimal sign tells, and where it does not, the number
    is null; a point is a decimal point all the same where programs write three decimals. -#}
{% macro plain_number(bare, sign, three_decimals=false) -%}
    case
        when {{ matches(bare, '^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$') }} then case
            when {{ sign }} = ',' then replace(replace({{ bare }}, '.', ''), ',', '.')
            when {{ sign }} = '.' then replace({{ bare }}, ',', '')
            {%- if three_decimals %}
            when {{ bare }} like '%.%' and coalesce({{ sign }}, '') = '' then {{ bare }}
            {%- endif %}
        end
        when {{ matches(bare, '^[+-]?[0-9]{1,3}([.][0-9]{3})+,[0-9]+$') }} then replace(replace({{ bare }}, '.', ''), ',', '.')
        when {{ matches(bare, '^[+-]?[0-9]{1,3}(,[0-9]{3})+[.][0-9]+$') }} then replace({{ bare }}, ',', '')
        when {{ matches(bare, '^[+-]?[0-9]{1,3}(,[0-9]{3}){2,}$') }} then replace({{ bare }}, ',', '')
        when {{ matches(bare, '^[+-]?[0-9]{1,3}([.][0-9]{3}){2,}$') }} then replace({{ bare }}, '.', '')
        else replace({{ bare }}, ',', '.')
    end
{%- endmacro %}

{#- Why a text cannot be read as a type: it may be meant in two ways, and its file does not tell which, or it is none. -#}
{% macro reading_problem(raw, type) -%}
    {%- set ambiguous = {
        'number': ['^[^0-9]*[1-9][0-9]{0,2}[.,][0-9]{3}[^0-9]*$', 'thousands or three decimals'],
        'day': ['^[0-9]{1,2}[-/][0-9]{1,2}[-/]([0-9]{2}|[0-9]{4})([ ,]|$)', 'the day, the month or the year first']
    } -%}
    {%- set pattern, ways = ambiguous['day' if type in ['date', 'timestamp'] else 'number'] -%}
    case
        when {{ matches(raw, pattern) }} then ' is ambiguous, {{ ways }}: its file does not tell'
        else ' cannot be read as {{ type }}'
    end
{%- endmacro %}

{#- What is printed beside an amount, as the code of a currency or as the word that it is; null of a bare number. -#}
{% macro named_beside(raw) -%}
    {%- set word = word_beside(raw) -%}
    case when {{ try_cast_as(raw, 'double') }} is null then coalesce({{ currency_named(word) }}, upper({{ word }})) end
{%- endmacro %}

{#- The same, if it is the code of a currency. -#}
{% macro currency_beside(beside) -%}
    case when {{ beside }} in ('{{ var('currency_words').keys() | join("', '") }}') then {{ beside }} end
{%- endmacro %}

{#- Money: a plain number at once, anything else by the rules of plain_number (they cost ten times as much), if nothing but the row's currency is
    printed beside it.  Money and numbers end at a trillion, so that sums of them fit their types. -#}
{% macro read_money(raw, bare=none, sign=none, beside=none, row_currency=none) -%}
    {%- set plain = try_cast_as(raw, 'decimal(14, 2)') -%}
    {%- if bare -%}
    cast(case
        when {{ bare }} is null then {{ plain }}
        when coalesce({{ beside }} = {{ row_currency }}, true) then {{ try_cast_as(plain_number(bare, sign), 'decimal(14, 2)') }}
    end as decimal(18, 2))
    {%- else -%} cast({{ plain }} as decimal(18, 2))
    {%- endif -%}
{%- endmacro %}

{#- A decimal wide enough for every number is read a hundred times slower than a plain number needs to be. -#}
{% macro read_number(raw, bare=none, sign=none) -%}
    {%- set printed = 'case when ' ~ bare ~ ' is null then ' ~ raw ~ ' else ' ~ plain_number(bare, sign, three_decimals=true) ~ ' end'
        if bare else raw -%}
    case
        when {{ bare ~ ' is null and ' if bare }}{{ matches(raw, '^[+-]?[0-9]{1,12}([.][0-9]+)?$') }} then {{ try_cast_as(raw, 'double') }}
        else cast({{ try_cast_as(printed, 'decimal(22, 10)') }} as double)
    end
{%- endmacro %}

{#- Integers end at fifteen digits: some are counters that a source numbers its records by. -#}
{% macro read_integer(raw, bare, sign) -%}
    {%- set number = try_cast_as('case when ' ~ bare ~ ' is null then ' ~ raw ~ ' else ' ~ plain_number(bare, sign) ~ ' end', 'decimal(25, 10)') -%}
    case
        when {{ matches(raw, '^[+-]?[0-9]{1,15}$') }} then {{ try_cast_as(raw, 'bigint') }}
        when {{ number }} = floor({{ number }}) then cast({{ number }} as bigint)
    end
{%- endmacro %}

{% macro read_boolean(text) -%}
    case lower({{ text }})
        {%- for word in var('true_words') %} when '{{ word }}' then true{% endfor %}
        {%- for word in var('false_words') %} when '{{ word }}' then false{% endfor %}
    end
{%- endmacro %}

{#- A share or per cents as a number, their sign left out. -#}
{% macro share_number(text) -%} {{ read_number("trim(replace(replace(" ~ text ~ ", '%', ''), ',', '.'))") }} {%- endmacro %}

{#- Whether a row's file writes the shares of a column in per cents: of what has no sign, it has numbers above 1 and no fractions. -#}
{% macro has_percents(text) -%}
    {%- set bare = 'case when ' ~ text ~ " not like '%!%' escape '!' then " ~ share_number(text) ~ ' end' -%}
    coalesce(
        max({{ bare }}) over (partition by _raw_file) > 1
        and max(case when {{ bare }} > 0 and {{ bare }} < 1 then 1 end) over (partition by _raw_file) is null,
        false
    )
{%- endmacro %}

{#- A share of one: 0,5 · 50 · 50% are the half, and a bare 1 the whole, but a hundredth in a file of per cents.  In a source that keeps per
    cents everything is one. -#}
{% macro read_share(text, in_percents='false') -%}
    {%- set number = share_number(text) -%}
    case
        when {{ text }} like '%!%' escape '!' or {{ number }} > 1 or ({{ number }} = 1 and {{ in_percents }}) then {{ number }} / 100
        else {{ number }}
    end
{%- endmacro %}
{% macro read_percent(text) -%} {{ share_number(text) }} / 100 {%- endmacro %}

{#- A day or moment in the ISO spelling, 2026-01-31[ 22:30:00[+00:00]], of whatever spelling it came in (macros/moments.sql).  A day is
    the midnight of some zone: one with an offset that is not at midnight has been carried into another zone (Parquet keeps UTC), and the
    business's zone tells its day, unless it is midnight in UTC, as Bitrix24's 03:00:00+03:00 is. -#}
{% macro read_date(iso) -%}
    case
        when {{ is_nothing_day(iso) }} then null
        when length({{ iso }}) = 10 then {{ try_cast_as(iso, 'date') }}
        when {{ has_offset(iso) }} and {{ matches(iso, '^.{10}[ T][0-9:.]*[1-9][0-9:.]*([zZ]|[+-])') }} then case
            when {{ parse_instant(iso) }} = cast(cast({{ parse_instant(iso) }} as date) as timestamp) then cast({{ parse_instant(iso) }} as date)
            else {{ local_date(parse_instant(iso)) }}
        end
        when substring({{ iso }}, 11, 1) in (' ', 'T') then {{ try_cast_as('left(' ~ iso ~ ', 10)', 'date') }}
    end
{%- endmacro %}

{#- Without an offset it is wall-clock time of source_timezone.  UTC.  What closes or pays (is_event) at a midnight of whatever offset,
    2026-01-31T00:00:00Z, was told as a day: it is the midnight of the business's. -#}
{% macro read_timestamp(iso, zone=none, is_event=false) -%}
    {%- set zone = zone or var('source_timezone') or business_timezone() -%}
    case
        when {{ is_nothing_day(iso) }} then null
        {%- if is_event %}
        when {{ has_offset(iso) }} and {{ matches(iso, '^.{10}[ T]00:00(:00([.]0+)?)? ?([zZ]|[+-])') }}
            then {{ local_to_utc(try_cast_as('left(' ~ iso ~ ', 10)', 'timestamp')) }}
        {%- endif %}
        when {{ has_offset(iso) }} then {{ parse_instant(iso) }}
        when substring({{ iso }}, 5, 1) = '-' then {{ local_to_utc(try_cast_as(iso, 'timestamp'), zone) }}
    end
{%- endmacro %}

{#- Null where the cast fails; both engines have it, dbt's own safe_cast does not use it on DuckDB. -#}
{% macro try_cast_as(value, type) -%} try_cast({{ value }} as {{ type }}) {%- endmacro %}

{#- engine differences -#}
{% macro matches(text, pattern) -%} {{ adapter.dispatch('matches')(text, pattern) }} {%- endmacro %}
{% macro duckdb__matches(text, pattern) -%} regexp_matches({{ text }}, '{{ pattern }}') {%- endmacro %}
{% macro default__matches(text, pattern) -%} {{ text }} rlike r'{{ pattern | replace('(?i', '(?iu') }}' {%- endmacro %}

{#- A pattern that one of the words fits alone, whatever the case. -#}
{% macro whole_words(words) -%}
    {%- set escaped = [] -%}
    {%- for word in words -%}{%- do escaped.append(modules.re.escape(word)) -%}{%- endfor -%}
    {%- do return('^(?i:' ~ escaped | join('|') ~ ')$') -%}
{%- endmacro %}

{% macro remove_pattern(text, pattern) -%} {{ adapter.dispatch('remove_pattern')(text, pattern) }} {%- endmacro %}
{% macro duckdb__remove_pattern(text, pattern) -%} regexp_replace({{ text }}, '{{ pattern }}', '', 'g') {%- endmacro %}
{% macro default__remove_pattern(text, pattern) -%} {{ replace_pattern(text, pattern, '') }} {%- endmacro %}

{#- Every match of a pattern rewritten; \1 is its first group. -#}
{% macro replace_pattern(text, pattern, by) -%} {{ adapter.dispatch('replace_pattern')(text, pattern, by) }} {%- endmacro %}
{% macro duckdb__replace_pattern(text, pattern, by) -%} regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}', 'g') {%- endmacro %}
{% macro default__replace_pattern(text, pattern, by) -%}
    regexp_replace({{ text }}, r'{{ pattern | replace('(?i', '(?iu') }}', '{{ by | replace('\\', '$') }}')
{%- endmacro %}

{#- Letters in Unicode's composed form; Spark knows no such function, there a name in decomposed letters stays another name. -#}
{% macro composed(text) -%} {{ adapter.dispatch('composed')(text) }} {%- endmacro %}
{% macro duckdb__composed(text) -%} nfc_normalize({{ text }}) {%- endmacro %}
{% macro default__composed(text) -%} {{ text }} {%- endmacro %}

{#- %D0%BB read once; the text itself where that comes to no text. -#}
{% macro url_decoded(text) -%} {{ adapter.dispatch('url_decoded')(text) }} {%- endmacro %}
{% macro duckdb__url_decoded(text) -%} coalesce(try(url_decode({{ text }})), {{ text }}) {%- endmacro %}
{% macro default__url_decoded(text) -%} coalesce(try_url_decode(replace({{ text }}, '+', '%2B')), {{ text }}) {%- endmacro %}

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
{% macro default__parse_instant(text) -%}
    {%- set whole = "regexp_replace(" ~ text ~ ", r'([ T][0-9]{2}:[0-9]{2})([zZ+-])', '$1:00$2')" -%}
    coalesce(try_cast({{ text }} as timestamp), try_cast({{ whole }} as timestamp))
{%- endmacro %}
