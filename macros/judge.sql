{#- The verdict on every raw row of one table.

    columns: name → [raw column, type(, 'required' or 'event')(, 'ever')], type one of text, enum (a word of a list), code (the record's own id,
             a number of a list), ref (another record's id, or 0), first (a ref that may stand in a list), multifield (phones or e-mails),
             integer, number, money, boolean, date, timestamp.  A required date or timestamp does not lie before the calendar, nor does an
             event, which may be empty; `ever` lifts it.
    key:     the columns that make a record one; version: the column by which a newer version of it is told;
    rules:   problem text → condition under which the row has it;  zone: zone of timestamps without an offset.
    A row that says that its record is gone needs no more than the key; without a version it is as new as its load, else as its place.

    Gives the typed columns and, for each raw row, row_status:
      rejected       a value cannot be read, a required one is missing, a rule is broken, or the key stands twice in one load of one file
      not_yet_known  loaded after the as-of date
      superseded     a newer version of the same record is known
      deleted        the newest version says that the record is gone
      accepted       everything else: one row a key
    A rejected version does not count: the last good one before it stands. -#}
{% macro judged_rows(relation, columns, key, version=none, rules={}, zone=none, loaded_at='_loaded_at', deleted='_deleted') %}
{%- set texts = {'text': read_text, 'enum': read_enum, 'code': read_code, 'ref': read_ref} -%}
{%- set firsts = {'first': first_item, 'multifield': first_value_of} -%}
{%- set plain = [] -%}
{%- set typed = [] -%}
{%- set checks = [] -%}
{%- for name, spec in columns.items() -%}
    {%- set raw = adapter.quote(spec[0]) -%}
    {%- set kind = spec[1] -%}
    {%- set stands = '' if name in key else ' and not is_deleted' -%}
    {%- if kind in texts -%}
        {%- do plain.append(texts[kind](raw) ~ ' as ' ~ name) -%}
        {%- do typed.append(name) -%}
    {%- elif kind in firsts -%}
        {%- do plain.append(firsts[kind](raw) ~ ' as ' ~ name) -%}
        {%- do typed.append(read_ref(name) ~ ' as ' ~ name) -%}
    {%- else -%}
        {%- set something = 'raw_' ~ name -%}
        {%- do plain.append(read_something(raw) ~ ' as ' ~ something) -%}
        {%- if kind == 'boolean' -%}{%- do plain.append(read_boolean(raw) ~ ' as ' ~ name) -%}{%- set reader = name -%}
        {%- elif kind == 'integer' -%}{%- set reader = read_integer(something) -%}
        {%- elif kind == 'number' -%}{%- set reader = read_number(something) -%}
        {%- elif kind == 'money' -%}{%- set reader = read_money(something) -%}
        {%- elif kind == 'date' -%}{%- set reader = read_date(something) -%}
        {%- elif kind == 'timestamp' -%}{%- set reader = read_timestamp(something, zone) -%}
        {%- else -%}{{ exceptions.raise_compiler_error('judged_rows: no reader for type ' ~ kind) }}
        {%- endif -%}
        {%- do typed.append(reader if reader == name else reader ~ ' as ' ~ name) -%}
        {%- do typed.append(something) -%}
        {%- set blank = " and raw_" ~ name ~ " not in ('0', '0000-00-00', '0000-00-00 00:00:00')"
            if kind in ('date', 'timestamp') and 'required' not in spec[2:] else '' -%}
        {%- do checks.append(
            "case when " ~ name ~ " is null and raw_" ~ name ~ " is not null" ~ blank ~ stands
            ~ " then '" ~ name ~ ": ''' || left(raw_" ~ name ~ ", 40) || ''' cannot be read as " ~ kind ~ "' end") -%}
    {%- endif -%}
    {%- if kind in ('date', 'timestamp') and spec | length > 2 and 'ever' not in spec -%}
        {%- set starts = "cast('" ~ var('calendar_starts_on') ~ "' as date)" if kind == 'date'
            else local_to_utc("cast('" ~ var('calendar_starts_on') ~ " 00:00:00' as timestamp)") -%}
        {%- do checks.append(
            "case when " ~ name ~ " < " ~ starts ~ stands ~ " then '" ~ name ~ ": before " ~ var('calendar_starts_on') ~ "' end") -%}
    {%- endif -%}
    {%- if 'required' in spec[2:] -%}
        {%- set unread = " and raw_" ~ name ~ " is null" if kind not in texts and kind not in firsts else '' -%}
        {%- do checks.append("case when " ~ name ~ " is null" ~ unread ~ stands ~ " then '" ~ name ~ ": required, but empty' end") -%}
    {%- endif -%}
{%- endfor -%}
{%- for problem, condition in rules.items() -%}
    {%- do checks.append("case when (" ~ condition ~ ") and not is_deleted then '" ~ problem ~ "' end") -%}
{%- endfor -%}
{%- for name, raw, value, kind in [
    (loaded_at, 'raw_loaded_at', 'loaded_at', 'timestamp'), (deleted, 'raw_deleted', read_boolean('raw_deleted'), 'boolean')
] -%}
    {%- do checks.append(
        "case when " ~ raw ~ " is not null and " ~ value ~ " is null then '" ~ name ~ ": ''' || left(" ~ raw
        ~ ", 40) || ''' cannot be read as " ~ kind ~ "' end") -%}
{%- endfor -%}

with raw_rows as (
    select
        {{ plain | join(',\n        ') }},
        {{ read_something(loaded_at) }} as raw_loaded_at,
        {{ read_something(deleted) }} as raw_deleted,
        coalesce({{ read_boolean(deleted) }}, false) as is_deleted,
        _raw_file,
        _raw_row
    from {{ relation }}
),

typed as (
    select
        {{ typed | join(',\n        ') }},
        {{ read_timestamp('raw_loaded_at', 'UTC') }} as loaded_at,
        raw_loaded_at,
        raw_deleted,
        is_deleted,
        _raw_file,
        _raw_row
    from raw_rows
),

checked as (
    select
        *,
        nullif(concat_ws('; ', {{ checks | join(',\n            ') if checks else 'null' }}), '') as problem,
        coalesce({{ local_date('loaded_at') }} <= {{ as_of() }}, true) as is_known
    from typed
),

{% set same_record = 'partition by problem is null and is_known, ' ~ (key | join(', ')) -%}
{%- set order_by = 'loaded_at desc nulls last, _raw_file desc, _raw_row desc' -%}
{%- if version -%}
{%- set order_by = 'age desc nulls last, load_age desc nulls last, _raw_file desc, _raw_row desc' -%}
{%- set until_here = same_record ~ ' order by _raw_file, _raw_row' -%}
-- a deletion without a stamp is as new as what its record was before
aged as (
    select
        *,
        coalesce({{ version }}, case when is_deleted then coalesce(loaded_at, max({{ version }}) over ({{ until_here }})) end) as age,
        coalesce(loaded_at, case when is_deleted and {{ version }} is null then max(loaded_at) over ({{ until_here }}) end) as load_age
    from checked
),

{% endif -%}
ranked as (
    select
        *,
        row_number() over ({{ same_record }} order by {{ order_by }}) as recency,
        first_value(_raw_row) over ({{ same_record }} order by {{ order_by }}) as latest_row,
        first_value(_raw_file) over ({{ same_record }} order by {{ order_by }}) as latest_file,
        first_value(loaded_at) over ({{ same_record }} order by {{ order_by }}) as latest_load
        {%- if version %},
        first_value({{ version }}) over ({{ same_record }} order by {{ order_by }}) as latest_version
        {%- endif %}
    from {{ 'aged' if version else 'checked' }}
),

repeated as (
    select
        *,
        recency > 1
        and _raw_file = latest_file
        and coalesce(loaded_at = latest_load, loaded_at is null and latest_load is null)
        {{- ' and coalesce(' ~ version ~ ' = latest_version, ' ~ version ~ ' is null and latest_version is null)' if version }} as is_repeat
    from ranked
)

select
    {{ columns.keys() | join(',\n    ') }},
    loaded_at,
    is_deleted,
    _raw_file,
    _raw_row,
    case
        when problem is not null then 'rejected'
        when not is_known then 'not_yet_known'
        when is_repeat then 'rejected'
        when recency > 1 then 'superseded'
        when is_deleted then 'deleted'
        else 'accepted'
    end as row_status,
    case
        when problem is not null then problem
        when is_known and is_repeat
            then '{{ key | join(', ') }}: used again in row ' || cast(latest_row as {{ dbt.type_string() }}) || ' of the same file'
    end as row_problem
from repeated
{% endmacro %}
