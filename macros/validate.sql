{#- The row status of every raw row of one table.

    columns: name → [raw column, type(, 'required', 'event' or 'lenient')(, 'ever')], type one of text, mark (UTM), page (or another text that a browser
             may have encoded), enum (a word of a list), code (the record's own id, a number of a list), ref (another record's id, a phone;
             0 is none), first (a ref that may stand in a list), multifield (phones or e-mails, as
             they stand), integer, number, money, share (of one, or per
             cent), percent, boolean, date, timestamp.  A required date or timestamp does not lie before the calendar, nor does an event,
             which may be empty; `ever` lifts it.  A value of a lenient column that cannot be read, or lies outside its bounds, is left out
             and named in row_remark; the row stays.  Of a `parted` one the currency stands behind a |.  No raw column: nothing.
    key:     the columns that make a record one, of a currency whatever word stands for it; version: the column by which a newer version of
             it is told;
    parts:   columns in which rows of one key may differ within a load: such rows are parts of the record and stand together;
    load:    the column by which a newer load of a key is told, where a load is of several files: its rows of the key stand together;
    rules:   problem text → condition under which the row has it;  zone: zone of timestamps without an offset.
    lines:   rows of one key in one file are no versions but lines that add up; a later load of the key replaces them all;
    born:    the moment or day that a record was made on, then the columns that tell whose it is: an older row made on another day for somebody
             else, or where neither tells for whom, or more than corrected_creation_days away, is no older version but another record under
             the same id;
    own:     [source, entity, columns of the contract that it leaves to lines]: the columns that lines of contract/fields.yml bring are read too.
    A row that says that its record is gone needs no more than the key; without a version it is as new as its load, else as its row_no.

    Gives the typed columns, record_at (the record's own time, UTC: its last change, else when it was made, else its first required day) and, for
    each raw row, row_status:
      rejected       a value cannot be read, a required one is missing, a rule is broken, the key stands twice in one load of one file, or
                     a later row is another record with the same id
      not_yet_known  loaded after the as-of date
      superseded     a newer version of the same record is known
      deleted        the newest version says that the record is gone
      accepted       everything else: one row a key, or its parts (of lines, all rows of the key in the file that counts)
    is_valid: every value of the row could be read, so that row_problem is none of the row itself.
    A rejected version does not count: the last good one before it stands.  row_remark names the columns whose value was left out: an id or a
    phone that was a number in exponent form, which tells nothing, or what stood in a lenient column. -#}
{% macro validated_rows(relation, columns, key, version=none, parts=[], load=none, lines=false, born=none, rules={}, zone=none, loaded_at='_loaded_at', deleted='_deleted', own=none) %}
{%- set columns = dict(columns, **own_raw_columns(*own)) if own else columns -%}
{%- set readers = {
    'text': read_text, 'mark': read_mark, 'page': read_text, 'enum': read_enum, 'code': read_code, 'ref': read_ref, 'first': read_ref,
    'multifield': read_text, 'integer': read_integer, 'number': read_number, 'money': read_money, 'share': read_share, 'percent': read_percent,
    'boolean': read_boolean, 'date': read_date, 'timestamp': read_timestamp
} -%}
{%- set unpackers = {'first': first_item, 'mark': decoded_mark, 'page': decoded} -%}
{%- set texts = ['text', 'mark', 'page', 'enum', 'code', 'ref', 'first', 'multifield'] -%}
{%- set days = ['date', 'timestamp'] -%}
{%- set numeric = ['integer', 'number', 'money'] -%}
{%- set no_truth = var('nothing_words') | reject('in', var('true_words') + var('false_words')) | list -%}
{%- set taken = [] -%}
{%- set cleaned = [] -%}
{%- set worded = [] -%}
{%- set printed = [] -%}
{%- set spelled = [] -%}
{%- set day_columns = [] -%}
{%- set typed = [] -%}
{%- set rounded = [] -%}
{%- set left_out = [] -%}
{%- set checks = [] -%}
{%- set numbers = [] -%}
{%- set money = [] -%}
{%- for name, spec in columns.items() if spec[1] in numeric -%}
    {%- do numbers.append(spec[0]) -%}
    {%- if spec[1] == 'money' -%}{%- do money.append(name) -%}{%- endif -%}
{%- endfor -%}
{%- for name in money -%}{%- do printed.append(named_beside('raw_' ~ name) ~ ' as beside_' ~ name) -%}{%- endfor -%}
{%- for name, spec in columns.items() -%}
    {%- set raw = adapter.quote(spec[0]) if spec[0] else 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
    {%- set raw = 'replace(' ~ raw ~ ", '|', ' ')" if 'parted' in spec[2:] else raw -%}
    {%- set kind = spec[1] -%}
    {%- if kind not in readers -%}{{ exceptions.raise_compiler_error('validated_rows: no reader for type ' ~ kind) }}{%- endif -%}
    {%- set stands = '' if name in key else ' and not is_deleted' -%}
    {%- set told = name if kind in texts else 'raw_' ~ name -%}
    {%- do taken.append((unpackers[kind](raw) if kind in unpackers else raw) ~ ' as ' ~ told) -%}
    {%- do cleaned.append(clean_text(told, no_truth if kind == 'boolean' else none) ~ ' as ' ~ told) -%}
    {%- set is_id = kind in ['code', 'ref', 'first', 'multifield'] -%}
    {%- if is_id -%}{%- do rounded.append("case when " ~ is_rounded(told) ~ " then '" ~ name ~ ": number in exponent form' end") -%}{%- endif -%}
    {%- set is_lenient = 'lenient' in spec[2:] -%}
    {%- if kind in days -%}
        {%- set iso = 'iso_' ~ name -%}
        {%- do day_columns.append(raw) -%}
        {%- do worded.append(worded_moment(told) ~ ' as worded_' ~ name) -%}
        {%- do printed.append(printed_moment('worded_' ~ name) ~ ' as printed_' ~ name) -%}
        {%- do spelled.append(iso_moment('printed_' ~ name, 'day_first') ~ ' as ' ~ iso) -%}
        {%- do typed.append('case when not ' ~ is_nothing_day(iso) ~ ' then ' ~ told ~ ' end as ' ~ told) -%}
        {%- set value = read_timestamp(iso, zone, 'event' in spec[2:]) if kind == 'timestamp' else read_date(iso) -%}
        {%- set is_told = 'required' in spec[2:] or 'event' in spec[2:] -%}
        {%- set starts_on = var('calendar_starts_on') if is_told and 'ever' not in spec else var('days_start_on') -%}
        {%- set starts = "cast('" ~ starts_on ~ "' as date)" if kind == 'date'
            else local_to_utc("cast('" ~ starts_on ~ " 00:00:00' as timestamp)") -%}
        {%- do typed.append((within(value, '>= ' ~ starts) if is_lenient else value) ~ ' as ' ~ name) -%}
        {%- if not is_lenient -%}
            {%- do checks.append("case when " ~ name ~ " < " ~ starts ~ stands ~ " then '" ~ name ~ ": before " ~ starts_on ~ "' end") -%}
        {%- endif -%}
    {%- elif kind in numeric -%}
        {%- set bare = 'bare_' ~ name -%}
        {%- do spelled.append(bare_number(told, 'decimal_sign', kind == 'money') ~ ' as ' ~ bare) -%}
        {%- do typed.append((read_money(told, bare, 'decimal_sign', 'beside_' ~ name, 'row_currency') if kind == 'money' else readers[kind](told, bare, 'decimal_sign'))
            ~ ' as ' ~ name) -%}
        {%- do typed.append(told) -%}
    {%- elif kind == 'share' -%}
        {%- do spelled.append(has_percents(told) ~ ' as percents_' ~ name) -%}
        {%- set value = read_share(told, 'percents_' ~ name) -%}
        {%- do typed.append((within(value, 'between 0 and 1') if is_lenient else value) ~ ' as ' ~ name) -%}
        {%- do typed.append(told) -%}
    {%- elif name == 'currency' and money -%}
        {#- where the record names none, the first amount may -#}
        {%- do spelled.append('coalesce(currency, ' ~ currency_beside('beside_' ~ money[0]) ~ ') as currency_told') -%}
        {%- do typed.append(readers[kind]('currency_told') ~ ' as currency') -%}
    {%- else -%}
        {%- set value = readers[kind](told) -%}
        {%- do typed.append((within(value, 'between 0 and 1') if is_lenient and kind == 'percent' else value) ~ ' as ' ~ name) -%}
        {%- if told != name -%}{%- do typed.append(told) -%}{%- endif -%}
    {%- endif -%}
    {%- if is_lenient -%}
        {%- do left_out.append("case when " ~ name ~ " is null and " ~ told ~ " is not null then '" ~ name ~ ": no valid " ~ kind ~ "' end") -%}
    {%- elif told != name -%}
        {%- do checks.append(
            "case when " ~ name ~ " is null and " ~ told ~ " is not null" ~ stands
            ~ " then '" ~ name ~ ": ' || chr(39) || left(" ~ told ~ ", 40) || chr(39)" ~ (" || " ~ reading_problem(told, kind)
            if kind in numeric + days else " || ' cannot be read as " ~ kind ~ "'") ~ " end") -%}
    {%- endif -%}
    {%- if kind in ['share', 'percent'] and not is_lenient -%}
        {%- do checks.append("case when " ~ name ~ " not between 0 and 1" ~ stands ~ " then '" ~ name ~ ": outside 0 to 100 per cent' end") -%}
    {%- endif -%}
    {%- if 'required' in spec[2:] -%}
        {%- set why = "case when exponents like '%" ~ name ~ ":%' then 'is a number in exponent form' else 'required, but empty' end"
            if is_id else "'required, but empty'" -%}
        {%- do checks.append("case when " ~ name ~ " is null" ~ (' and ' ~ told ~ ' is null' if told != name else '') ~ stands
            ~ " then '" ~ name ~ ": ' || " ~ why ~ " end") -%}
    {%- endif -%}
{%- endfor -%}
{%- if money and 'currency' in columns -%}
    {%- do spelled.append('coalesce(' ~ currency_named('currency') ~ ', upper(trim(currency)), ' ~ currency_beside('beside_' ~ money[0])
        ~ ", '" ~ var('base_currency') ~ "') as row_currency") -%}
{%- elif money -%}
    {%- do spelled.append("'" ~ var('base_currency') ~ "' as row_currency") -%}
{%- endif -%}
{%- for problem, condition in rules.items() -%}
    {%- do checks.append("case when (" ~ condition ~ ") and not is_deleted then '" ~ problem ~ "' end") -%}
{%- endfor -%}
{%- for name, raw, value, kind in [
    (loaded_at, 'raw_loaded_at', 'loaded_at', 'timestamp'), (deleted, 'raw_deleted', read_boolean('raw_deleted'), 'boolean')
] -%}
    {%- do checks.append(
        "case when " ~ raw ~ " is not null and " ~ value ~ " is null then '" ~ name ~ ": ' || chr(39) || left(" ~ raw
        ~ ", 40) || chr(39) || ' cannot be read as " ~ kind ~ "' end") -%}
{%- endfor -%}

{%- set built = last_built() if reads_one_raw_table() -%}
{%- set new_files = files_not_in(built) if built -%}
{%- set built = built if new_files is not none -%}
{%- if built and not new_files and not has_rows_to_come(built) %}
select * from {{ built }}
{%- else -%}
{%- set record = [] -%}
{%- for name in key -%}{%- do record.append('key_currency' if name == 'currency' else name) -%}{%- endfor -%}
{%- set key_currency = "coalesce(" ~ iso_currency('currency') ~ ", '" ~ var('base_currency') ~ "')" -%}
{%- set is_known = 'coalesce(' ~ local_date('loaded_at') ~ ' <= ' ~ as_of() ~ ', true)' -%}
{%- if built -%}
    {%- set relation = '(select * from ' ~ relation ~ " where _raw_file in ('" ~ new_files | map('replace', "'", "''") | join("', '") ~ "')) as new_rows" -%}
{%- endif %}
with taken as (
    select
        {{ taken | join(',\n        ') }},
        {%- if numbers %}
        {{ decimal_sign(numbers) }} as decimal_sign,
        {%- endif %}
        {{ loaded_at }} as raw_loaded_at,
        {{ deleted }} as raw_deleted,
        _raw_file,
        _raw_row
    from {{ relation }}
),

cleaned as (
    select
        {{ cleaned | join(',\n        ') }},
        {{ 'decimal_sign,' if numbers }}
        {{ clean_text('raw_loaded_at') }} as raw_loaded_at,
        {{ clean_text('raw_deleted', no_truth) }} as raw_deleted,
        _raw_file,
        _raw_row
    from taken
),

{% if day_columns -%}
{{ day_orders(relation, day_columns) }},

{% endif -%}
worded as (
    select
        *,
        {% for column in worded %}{{ column }},
        {% endfor -%}
        {{ worded_moment('raw_loaded_at') }} as worded_loaded_at
    from cleaned
),

printed as (
    select
        *,
        {% for column in printed %}{{ column }},
        {% endfor -%}
        {{ printed_moment('worded_loaded_at') }} as printed_loaded_at
    from worded
),

spelled as (
    select
        printed.*,
        {% for iso in spelled %}{{ iso }},
        {% endfor -%}
        {{ iso_moment('printed_loaded_at') }} as iso_loaded_at
    from printed
    {%- if day_columns %}
    left join day_orders on printed._raw_file = day_orders.ordered_file
    {%- endif %}
),

typed as (
    select
        {{ typed | join(',\n        ') }},
        {{ read_timestamp('iso_loaded_at', 'UTC') }} as loaded_at,
        raw_loaded_at,
        raw_deleted,
        coalesce({{ read_boolean('raw_deleted') }}, false) as is_deleted,
        {{ "concat_ws('; ', " ~ rounded | join(', ') ~ ')' if rounded else "''" }} as exponents,
        _raw_file,
        _raw_row
    from spelled
),

{{ 'read_now' if built else 'checked' }} as (
    select
        *,
        {%- if 'currency' in key %}
        -- one currency, whatever word stands for it
        {{ key_currency }} as key_currency,
        {%- endif %}
        nullif(concat_ws('; ', {{ checks | join(',\n            ') if checks else 'null' }}), '') as problem,
        nullif(concat_ws('; ', {{ (["nullif(exponents, '')"] + left_out) | join(',\n            ') }}), '') as row_remark,
        {{ is_known }} as is_known
    from typed
),

{% if built -%}
{%- set told = columns.keys() | list + ['loaded_at', 'is_deleted', '_raw_file', '_raw_row', 'row_remark'] -%}
read_before as (
    select
        *,
        {{ key_currency ~ ' as key_currency,' if 'currency' in key }}
        case when not is_valid then row_problem end as problem,
        {{ is_known }} as is_known
    from {{ built }}
),

-- which of a record's rows counts is settled anew where one came, or one that had come is known by now
touched as (
    select {{ record | join(', ') }} from read_now where problem is null
    union
    select {{ record | join(', ') }} from read_before where row_status = 'not_yet_known'
),

checked as (
    select {{ (told + ['problem', 'is_known'] + (['key_currency'] if 'currency' in key else [])) | join(', ') }} from read_now
    union all
    select {{ (told + ['problem', 'is_known'] + (['key_currency'] if 'currency' in key else [])) | join(', ') }}
    from read_before
    where problem is null and exists (select 1 from touched where {{ same_key('touched', 'read_before', record) }})
),

{% endif -%}
{% set record_key = record | join(', ') -%}
{%- set same_record = 'partition by problem is null and is_known, ' ~ ([record_key] + parts) | join(', ') -%}
{%- set born_on = local_date(born[0]) if born and columns[born[0]][1] == 'timestamp' else born[0] if born -%}
{%- set owners = [] -%}
{%- for name in (born or [])[1:] -%}
    {%- do owners.append("case when lower(" ~ name ~ ") not in ('" ~ var('nobody_ids') | join("', '") ~ "') then " ~ name ~ ' end') -%}
{%- endfor -%}
{%- set owner = 'coalesce(' ~ owners | join(', ') ~ ', null)' -%}
{%- set own_times = [] -%}
{%- for name in [version] + (born or [])[:1] + columns.keys() | list if name in columns and columns[name][1] in days and name not in own_times -%}
    {%- if name == version or name in (born or [])[:1] or 'required' in columns[name][2:] -%}{%- do own_times.append(name) -%}{%- endif -%}
{%- endfor -%}
{%- set latest_load = load ~ ' desc' if load else 'loaded_at desc nulls last, _raw_file desc' -%}
{%- set order_by = (load ~ ' desc, _raw_file' if load else 'loaded_at desc nulls last, _raw_file') ~ ' desc, _raw_row desc' -%}
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
        {%- if parts %},
        rank() over (
            partition by problem is null and is_known, {{ record_key }} order by {{ latest_load }}
        ) as load_recency
        {%- endif %}
        {%- if version %},
        first_value({{ version }}) over ({{ same_record }} order by {{ order_by }}) as latest_version
        {%- endif %}
        {%- if lines %},
        first_value(is_deleted) over ({{ same_record }} order by {{ order_by }}) as is_latest_deleted
        {%- endif %}
        {%- if born %},
        first_value({{ born_on }}) over ({{ same_record }} order by {{ order_by }}) as latest_born_on,
        first_value({{ owner }}) over ({{ same_record }} order by {{ order_by }}) as latest_owner
        {%- endif %}
    from {{ 'aged' if version else 'checked' }}
),

repeated as (
    select
        *,
        recency > 1
        and _raw_file = latest_file
        and coalesce(loaded_at = latest_load, loaded_at is null and latest_load is null)
        {{- ' and coalesce(' ~ version ~ ' = latest_version, ' ~ version ~ ' is null and latest_version is null)' if version }} as is_repeat,
        {% if born -%}
        case
            when recency > 1 and not is_deleted
                then abs({{ dbt.datediff(born_on, 'latest_born_on', 'day') }}) > case
                    when {{ owner }} = latest_owner or ({{ owner }} is null) <> (latest_owner is null) then {{ var('corrected_creation_days') }} else 0
                end
        end as is_another
        {%- else -%}
        false as is_another
        {%- endif %}
    from ranked
)

select
    {{ columns.keys() | join(',\n    ') }},
    {% for name in own_times -%}
    {{ 'coalesce(' if loop.first }}{{ name if columns[name][1] == 'timestamp' else local_to_utc('cast(' ~ name ~ ' as timestamp)') }},{{ ' ' }}
    {%- endfor -%}
    cast(null as timestamp){{ ')' if own_times }} as record_at,
    loaded_at,
    is_deleted,
    _raw_file,
    _raw_row,
    case
        when problem is not null then 'rejected'
        when not is_known then 'not_yet_known'
        when is_repeat then {% if lines -%}
            case when is_deleted then 'deleted' when is_latest_deleted then 'superseded' else 'accepted' end
        {%- else -%} 'rejected' {%- endif %}
        when is_another then 'rejected'
        when recency > 1{{ ' or load_recency > 1' if parts }} then 'superseded'
        when is_deleted then 'deleted'
        else 'accepted'
    end as row_status,
    case
        when problem is not null then problem
        {%- if not lines %}
        when is_known and is_repeat
            then '{{ 'every column' if parts else key | join(', ') }}: used again in row ' || cast(latest_row as {{ dbt.type_string() }}) || ' of the same file'
        {%- endif %}
        {%- if born %}
        when is_known and is_another
            then '{{ key | join(', ') }}: another record, made on ' || cast(latest_born_on as {{ dbt.type_string() }}) || ', has the same id in row '
                || cast(latest_row as {{ dbt.type_string() }}) || ' of ' || latest_file
        {%- endif %}
    end as row_problem,
    row_remark,
    problem is null as is_valid
from repeated
{%- if built %}
union all
select {{ (columns.keys() | list + ['record_at', 'loaded_at', 'is_deleted', '_raw_file', '_raw_row', 'row_status', 'row_problem', 'row_remark', 'is_valid']) | join(', ') }}
from read_before
where problem is not null or not exists (select 1 from touched where {{ same_key('touched', 'read_before', record) }})
{%- endif %}
{%- endif %}
{% endmacro %}

{#- A value where it lies within bounds, else nothing. -#}
{% macro within(value, bounds) -%} case when ({{ value }}) {{ bounds }} then {{ value }} end {%- endmacro %}
