{#- A day or moment in the ISO spelling, 2026-01-31[ 22:30:00[.5][+03:00]], whatever it came in:

        2026-01-31T22:30Z · 2026-01-31 22:30:00 UTC · 2026/1/31 · 31.01.2026 9:05 · 31.1.26 · 31 января 2026 г. · 31/01/2026 · 20260131
        20260131223000 · 2026-W05-6 · 45678,4375 (a table program counts days) · 1769887800 (Unix counts seconds, or parts of them)

    Text that is none of these comes back as it is.  day_first tells of a file how its days with slashes or dashes are meant, where one
    alone may be read either way.  Nearly every value is ISO already, and one look tells. -#}
{% macro iso_moment(text, day_first='null') -%}
    case
        when {{ matches(text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+][0-9]{2}|[+-][0-9]{2}:[0-9]{2})?)?$') }}
            then {{ text }}
        when {{ matches(text, '^[0-9]{2}[.][0-9]{2}[.][0-9]{4}( [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?$') }} then concat(
            substring({{ text }}, 7, 4), '-', substring({{ text }}, 4, 2), '-', left({{ text }}, 2), substring({{ text }}, 11)
        )
        else {{ iso_clock(iso_day(text, day_first)) }}
    end
{%- endmacro %}

{#- A moment as people and programs print it is brought to one of the spellings of iso_moment in two steps; the first takes away what stands
    beside the day: quotes, weekdays, the words of a date.  Sat, Jan 31, 2026 · «31 января 2026 г.» · 31.01.2026 г. в 12:30.
    Nearly every value needs neither step, and one look tells. -#}
{% macro worded_moment(text) -%}
    {%- set weekdays = 'mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье' -%}
    {%- set last_short_year = (as_of_date()[:4] | int) + var('two_digit_years_ahead') -%}
    {%- set short_years = [] -%}
    {%- for year in range(last_short_year // 100 * 100, last_short_year + 1) -%}{%- do short_years.append('%02d' % (year % 100)) -%}{%- endfor -%}
    {{ rewritten_moment(text, [
        ('[\\x{2010}-\\x{2015}\\x{2212}]', '-'),
        ('^[\\x22\\x27\\x60«]+|[\\x22\\x27»,;]+$', ''),
        ('(?i)^(?:' ~ weekdays ~ ')[a-z]*[.,]* ', ''),
        ('(?i)^([a-z]{3,9})[.]? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})', '\\2 \\1 \\3'),
        ('(?i)^([0-9]{1,2})[ .-]+([a-zа-яё]{3,9})[.,]*[ .-]+([0-9]{4})', '\\1 \\2 \\3'),
        ('(?i)^([0-9]{1,2})[ .-]+([a-zа-яё]{3,9})[.,]*[ .-]+(' ~ short_years | join('|') ~ ')([ ,]|$)',
            '\\1 \\2 ' ~ last_short_year // 100 ~ '\\3\\4'),
        ('(?i)([0-9]{4}) ?(?:года|г)(?:[., ]|$)[., ]*', '\\1 '),
        ('(?i) (?:в|at) ([0-9]{1,2}:)', ' \\1'),
        (' +$', '')
    ]) }}
{%- endmacro %}

{#- The second step brings the clock behind the day, with its zone: 1/31/2026 3:05 PM · 22:30 31.01.2026 · 31.01.2026 22.30 · 22:30 MSK.
    MSK is read from 2015 on: before it Moscow's clock was moved. -#}
{% macro printed_moment(text) -%}
    {{ rewritten_moment(text, [
        ('^([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)[ ,]+([0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})$', '\\2 \\1'),
        ('^([0-9]{1,2})[.] ?([0-9]{1,2})[.] ?([0-9]{4})', '\\1.\\2.\\3'),
        ('([0-9]{4},?) ([0-2]?[0-9])[.]([0-5][0-9])[.]([0-5][0-9])$', '\\1 \\2:\\3:\\4'),
        ('([0-9]{4},?) ([0-2]?[0-9])[.]([0-5][0-9])$', '\\1 \\2:\\3'),
        ('([+-][0-9]{2}:?[0-9]{2}) ?[(\\[].*[)\\]]$', '\\1'),
        ('(?i)^(.*20(?:1[5-9]|[2-9][0-9])[^0-9].*:[0-9]{2}) ?[(]?(?:msk|мск)[)]?$', '\\1+03:00'),
        ('(:[0-9]{2}) ?(?:UTC|GMT)?([+-])([0-9])$', '\\1\\20\\3:00')
    ], whole_day_clock(text)) }}
{%- endmacro %}

{#- A moment after the steps (pattern, what takes its place), one after the other, where it is not plain already.  The first step reads begun,
    an expression of the same text, where one is given. -#}
{% macro rewritten_moment(text, steps, begun=none) -%}
    {%- set found = namespace(sql=begun or text) -%}
    {%- for pattern, by in steps -%}{%- set found.sql = replace_pattern(found.sql, pattern, by) -%}{%- endfor -%}
    case
        when {{ matches(text, '[^0-9 T:.+Z/-]|^[0-9]{1,2}:|[.] | [0-9]{1,2}[.][0-9]|[+-][0-9]$') }} then {{ found.sql }}
        else {{ text }}
    end
{%- endmacro %}

{#- Of 3:05 PM at the end of a moment 15:05. -#}
{% macro whole_day_clock(text) -%}
    {%- set half = '(?i) (0?[1-9]|1[0-2])(?::[0-9]{2}){1,2} ?[ap][.]?m[.]? *$' -%}
    {%- set hour = try_cast_as(part_of(text, half), 'integer') -%}
    {%- set afternoon = 'case when ' ~ matches(text, '(?i)p[.]?m[.]? *$') ~ ' then 12 else 0 end' -%}
    case
        when {{ matches(text, half) }} then concat(
            {{ remove_pattern(text, half) }}, ' ', right({{ as_text('100 + ' ~ hour ~ ' % 12 + ' ~ afternoon) }}, 2),
            {{ part_of(text, '((?::[0-9]{2}){1,2}) ?[A-Za-z.]+ *$') }}
        )
        else {{ text }}
    end
{%- endmacro %}

{#- The day brought to the front as yyyy-mm-dd. -#}
{% macro iso_day(text, day_first) -%}
    {%- set number = try_cast_as("replace(" ~ text ~ ", ',', '.')", 'decimal(28, 10)') -%}
    {%- set last_short_year = (as_of_date()[:4] | int) + var('two_digit_years_ahead') -%}
    {%- set short_year = part_of(text, '^[0-9]{1,2}[./][0-9]{1,2}[./]([0-9]{2})([ ,]|$)') -%}
    {%- set first = try_cast_as(part_of(text, '^([0-9]{1,2})[-/]'), 'integer') -%}
    {%- set second = try_cast_as(part_of(text, '^[0-9]{1,2}[-/]([0-9]{1,2})(?:[-/][0-9]{4}|/[0-9]{2}(?:[ ,]|$))'), 'integer') -%}
    {%- set epoch = "cast('1970-01-01 00:00:00' as timestamp)" -%}
    {#- the month's place in a list of the months' first three letters -#}
    {%- set months = 'янвфевмарапрмаяиюниюлавгсеноктноядекjanfebmaraprmayjunjulaugsepoctnovdec' -%}
    {%- set named = '(?i)^[0-9]{1,2}[ -](?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)'
        ~ '[а-яёa-z]*[.,]?[ -][0-9]{4}(?: ?(?:года|г)[.]?)?' -%}
    {%- set month_name = "replace(lower(" ~ part_of(text, '(?i)^[0-9]{1,2}[ -]([a-zа-я]{3})') ~ "), 'май', 'мая')" -%}
    {%- set month = as_text('cast(floor((' ~ dbt.position(month_name, "'" ~ months ~ "'") ~ ' - 1) / 3.0) as integer) % 12 + 1') -%}
    {%- set last_century, last_year = last_short_year // 100, '%02d' % (last_short_year % 100) -%}
    {%- set day_first_short = replace_pattern(text, '^([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{2})', '\\3-0\\2-0\\1') -%}
    {%- set month_first_short = replace_pattern(text, '^([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})', '\\3-0\\1-0\\2') -%}
    {%- set is_day_first = second ~ ' is not null and (' ~ first ~ ' > 12 or ' ~ first ~ ' = ' ~ second ~ ' or ' ~ second ~ ' <= 12 and ' ~ day_first ~ ')' -%}
    {%- set is_month_first = second ~ ' > 12 or not ' ~ day_first -%}
    {%- set century = 'case when ' ~ short_year ~ " > '" ~ last_year ~ "' then '" ~ (last_century - 1) ~ "' else '" ~ last_century ~ "' end" -%}
    {%- set day = namespace(sql='case') -%}
    {%- for condition, spelling in [
        (matches(text, '^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]'),
            replace_pattern(text, '^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})', '\\1-0\\2-0\\3')),
        (matches(text, '^[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{4}'), replace_pattern(text, '^([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{4})', '\\3-0\\2-0\\1')),
        (short_year ~ " <> '' and (" ~ text ~ " like '%.%.%' or " ~ is_day_first ~ ')', 'concat(' ~ century ~ ', ' ~ day_first_short ~ ')'),
        (short_year ~ " <> '' and (" ~ is_month_first ~ ')', 'concat(' ~ century ~ ', ' ~ month_first_short ~ ')'),
        (is_day_first, replace_pattern(text, '^([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4})', '\\3-0\\2-0\\1')),
        (is_month_first, replace_pattern(text, '^([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4})', '\\3-0\\1-0\\2')),
        (matches(text, '^(19|20)[0-9]{6}$'), replace_pattern(text, '^(....)(..)(..)$', '\\1-\\2-\\3')),
        (matches(text, '^(19|20)[0-9]{6}[T ]?[0-9]{2}:?[0-9]{2}:?[0-9]{2}([.+Z-]|$)'),
            replace_pattern(text, '^(....)(..)(..)[T ]?(..):?(..):?(..)', '\\1-\\2-\\3 \\4:\\5:\\6')),
        (matches(text, '^(19|20)[0-9]{6}[T ]?[0-9]{2}:?[0-9]{2}$'), replace_pattern(text, '^(....)(..)(..)[T ]?(..):?(..)$', '\\1-\\2-\\3 \\4:\\5')),
        (matches(text, '^[0-9]{4}-?W(0[1-9]|[1-4][0-9]|5[0-3])(-?[1-7])?$'), day_of_week_text(text)),
        (matches(text, '^[0-9]{5}([.,][0-9]+)?$') ~ ' and ' ~ number ~ ' between ' ~ var('table_days') | join(' and '),
            as_text(add_seconds("cast('1899-12-30 00:00:00' as timestamp)", 'round(' ~ number ~ ' * 86400)'))),
        (matches(text, '^1[0-9]{9}([.][0-9]+)?$'), 'concat(' ~ as_text(add_seconds(epoch, number)) ~ ", '+00:00')"),
        (matches(text, '^1[0-9]{12}$'), 'concat(' ~ as_text(add_seconds(epoch, number ~ ' / 1000')) ~ ", '+00:00')"),
        (matches(text, '^1[0-9]{15}$'), 'concat(' ~ as_text(add_seconds(epoch, number ~ ' / 1000000')) ~ ", '+00:00')"),
        (matches(text, named), 'concat(' ~ part_of(text, '^[0-9]{1,2}[^0-9]+([0-9]{4})') ~ ", '-0', " ~ month ~ ", '-0', "
            ~ part_of(text, '^([0-9]{1,2})') ~ ', ' ~ remove_pattern(text, named) ~ ')'),
    ] -%}
        {%- set day.sql = day.sql ~ ' when ' ~ condition ~ ' then ' ~ spelling -%}
    {%- endfor -%}
    {{ replace_pattern(day.sql ~ ' else ' ~ text ~ ' end', '^([0-9]{4})-0?([0-9]{2})-0?([0-9]{2})', '\\1-\\2-\\3') }}
{%- endmacro %}

{#- Which comes first in 01/02/2026: a file writes all its days alike, so one number above 12 tells of them all. -#}
{% macro day_orders(relation, columns) -%}
{%- set day = '^ *([0-9]{1,2})[-/]([0-9]{1,2})(?:[-/][0-9]{4}|/[0-9]{2}(?:[ ,]|$))' -%}
unordered_days as (
    {%- for column in columns %}
    select
        _raw_file,
        {{ try_cast_as(part_of(column, '^ *([0-9]{1,2})[-/]'), 'integer') }} as first_number,
        {{ try_cast_as(part_of(column, '^ *[0-9]{1,2}[-/]([0-9]{1,2})[-/]'), 'integer') }} as second_number
    from {{ relation }}
    where {{ matches(column, day) }}
    {{- ' union all' if not loop.last }}
    {%- endfor %}
),

day_orders as (
    select
        _raw_file as ordered_file,
        case
            when max(first_number) > 12 and max(second_number) <= 12 then true
            when max(second_number) > 12 and max(first_number) <= 12 then false
        end as day_first
    from unordered_days
    group by _raw_file
)
{%- endmacro %}

{#- Of 2026-W05-6 the day, of 2026-W05 its Monday, as text.  The fourth of January is always in the first week. -#}
{% macro day_of_week_text(text) -%}
    {%- set week = try_cast_as(part_of(text, 'W([0-9]{2})'), 'integer') -%}
    {%- set weekday = 'coalesce(' ~ try_cast_as(part_of(text, 'W[0-9]{2}-?([1-7])$'), 'integer') ~ ', 1)' -%}
    {%- set first_monday = dbt.date_trunc('week', try_cast_as('concat(left(' ~ text ~ ", 4), '-01-04')", 'date')) -%}
    {{ as_text('cast(' ~ dbt.dateadd('day', '(' ~ week ~ ' - 1) * 7 + ' ~ weekday ~ ' - 1', first_monday) ~ ' as date)') }}
{%- endmacro %}

{#- The clock's own spelling: a comma before it (31.01.2026, 09:05) or before the fraction, UTC or GMT, an offset after a blank or without its colon. -#}
{% macro iso_clock(text) -%}
    {%- set spaced = replace_pattern(text, '^([0-9]{4}-[0-9]{2}-[0-9]{2}), ?([0-9])', '\\1 \\2') -%}
    {%- set dotted = replace_pattern(spaced, '(:[0-9]{2}),([0-9]+)', '\\1.\\2') -%}
    {%- set utc = replace_pattern(dotted, '(?i)(:[0-9]{2}(?:[.][0-9]+)?) ?(?:utc|gmt|z)$', '\\1+00:00') -%}
    {%- set short = replace_pattern(utc, '(:[0-9]{2}(?:[.][0-9]+)?) ?(?:UTC|GMT)?([+-][0-9]{2})$', '\\1\\2:00') -%}
    {{ replace_pattern(short, '(:[0-9]{2}(?:[.][0-9]+)?) ?(?:UTC|GMT)?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3') }}
{%- endmacro %}

{#- Whether a moment in the ISO spelling tells its distance from UTC. -#}
{% macro has_offset(iso) -%}
    ({{ iso }} like '%+%' or {{ iso }} like '%Z' or substring({{ iso }}, 12) like '%-%')
{%- endmacro %}

{#- Whether it is a day by which sources say that there is none. -#}
{% macro is_nothing_day(iso) -%}
    (
        ({{ iso }} < '{{ var('nothing_days') | max }}~' or {{ iso }} > '{{ var('endless_days') | min }}')
        and {{ matches(iso, '^(' ~ (var('nothing_days') + var('endless_days')) | join('|') ~ ')([ T]|$)') }}
    )
{%- endmacro %}

{% macro as_text(value) -%} cast({{ value }} as {{ dbt.type_string() }}) {%- endmacro %}
