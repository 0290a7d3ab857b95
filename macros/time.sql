{#- The business's time zone. -#}
{% macro business_timezone() -%}
    {%- set zone = env_var('KPI_TIMEZONE', '') | trim or 'Europe/Moscow' -%}
    {%- if zone not in modules.pytz.all_timezones_set and zone | lower not in modules.pytz.all_timezones | map('lower') -%}
        {{ exceptions.raise_compiler_error("KPI_TIMEZONE must be a time zone's name like Europe/Moscow, not '" ~ zone ~ "'") }}
    {%- endif -%}
    {%- do return(zone) -%}
{%- endmacro %}

{#- The date the figures are made on, as YYYY-MM-DD: KPI_AS_OF, else the demo's own day for the demo, else today in the
    business's zone.  This is the one place where the clock is read. -#}
{% macro as_of_date() -%}
    {%- set given = env_var('KPI_AS_OF', '') | trim -%}
    {%- if given -%}
        {%- if not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', given) -%}
            {{ exceptions.raise_compiler_error("KPI_AS_OF must be a date like 2026-07-01, not '" ~ given ~ "'") }}
        {%- endif -%}
        {%- set parts = given.split('-') -%}
        {%- set days = [31, 29 if (parts[0] | int) % 4 == 0 and ((parts[0] | int) % 100 != 0 or (parts[0] | int) % 400 == 0)
            else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] -%}
        {%- if (parts[1] | int) not in range(1, 13) or (parts[2] | int) < 1 or (parts[2] | int) > days[(parts[1] | int) - 1] -%}
            {{ exceptions.raise_compiler_error("KPI_AS_OF: there is no day '" ~ given ~ "'") }}
        {%- endif -%}
        {%- if given > '2199-12-31' -%}
            {{ exceptions.raise_compiler_error("KPI_AS_OF: '" ~ given ~ "' is too far ahead; the calendar runs until then") }}
        {%- endif -%}
        {%- do return(given) -%}
    {%- elif not env_var('KPI_RAW_ROOT', '') -%}
        {%- do return(var('demo_as_of')) -%}
    {%- endif -%}
    {%- do return(run_started_at.astimezone(modules.pytz.timezone(business_timezone())).strftime('%Y-%m-%d')) -%}
{%- endmacro %}

{#- The as-of date as a SQL date. -#}
{% macro as_of() -%} cast('{{ as_of_date() }}' as date) {%- endmacro %}

{#- The first instant that the figures leave out (start of the as-of day), as a UTC timestamp. -#}
{% macro cutoff() -%} {{ local_to_utc("cast('" ~ as_of_date() ~ " 00:00:00' as timestamp)") }} {%- endmacro %}

{#- The business's calendar date of a UTC timestamp. -#}
{% macro local_date(utc) -%} cast({{ utc_to_local(utc) }} as date) {%- endmacro %}

{#- Wall-clock time of the business ↔ UTC; both sides are timestamps without zone. -#}
{% macro utc_to_local(utc, zone=none) -%} {{ adapter.dispatch('utc_to_local')(utc, zone or business_timezone()) }} {%- endmacro %}
{% macro duckdb__utc_to_local(utc, zone) -%} timezone('{{ zone }}', timezone('UTC', {{ utc }})) {%- endmacro %}
{% macro default__utc_to_local(utc, zone) -%} from_utc_timestamp({{ utc }}, '{{ zone }}') {%- endmacro %}

{% macro local_to_utc(local, zone=none) -%} {{ adapter.dispatch('local_to_utc')(local, zone or business_timezone()) }} {%- endmacro %}
{% macro duckdb__local_to_utc(local, zone) -%} timezone('UTC', timezone('{{ zone }}', {{ local }})) {%- endmacro %}
{% macro default__local_to_utc(local, zone) -%} to_utc_timestamp({{ local }}, '{{ zone }}') {%- endmacro %}

{#- Seconds from one timestamp to a later one, fractions kept. -#}
{% macro seconds_between(earlier, later) -%} {{ adapter.dispatch('seconds_between')(earlier, later) }} {%- endmacro %}
{% macro duckdb__seconds_between(earlier, later) -%} date_diff('millisecond', {{ earlier }}, {{ later }}) / 1000.0 {%- endmacro %}
{% macro default__seconds_between(earlier, later) -%}
    (cast({{ later }} as double) - cast({{ earlier }} as double))
{%- endmacro %}

{#- A timestamp some seconds later. -#}
{% macro add_seconds(instant, seconds) -%} {{ adapter.dispatch('add_seconds')(instant, seconds) }} {%- endmacro %}
{% macro duckdb__add_seconds(instant, seconds) -%} {{ instant }} + to_seconds({{ seconds }}) {%- endmacro %}
{% macro default__add_seconds(instant, seconds) -%}
    {{ instant }} + make_dt_interval(0, 0, 0, {{ seconds }})
{%- endmacro %}

{#- A moment told as a day only comes as the midnight that begins it.  Where it comes after others of its day (a closing, a payment), it is
    the day's last second: whatever happened on that day came before it. -#}
{% macro end_of_told_day(utc) -%}
    {%- set local = utc_to_local(utc) -%}
    case
        when {{ local }} = cast(cast({{ local }} as date) as timestamp) then {{ local_to_utc(add_seconds(local, 24 * 3600 - 1)) }}
        else {{ utc }}
    end
{%- endmacro %}

{#- The first second of a day that end_of_told_day has made its last: what it is measured from, and what it may have come before. -#}
{% macro start_of_told_day(utc) -%}
    {%- set local = utc_to_local(utc) -%}
    {%- set midnight = 'cast(cast(' ~ local ~ ' as date) as timestamp)' -%}
    case when {{ local }} = {{ add_seconds(midnight, 24 * 3600 - 1) }} then {{ local_to_utc(midnight) }} else {{ utc }} end
{%- endmacro %}

{#- A number, and nought where it is negative; what is not known stays so. -#}
{% macro at_least_nought(value) -%} case when ({{ value }}) < 0 then 0 else ({{ value }}) end {%- endmacro %}

{#- Seconds from one moment to a later one, where either may be known by its day only: two such days are whole days apart, and nothing takes
    less than no time. -#}
{% macro seconds_taken(earlier, later) -%}
    ({{ at_least_nought(seconds_between('(' ~ start_of_told_day(earlier) ~ ')', '(' ~ start_of_told_day(later) ~ ')')) }})
{%- endmacro %}

{#- Monday 1 … Sunday 7. -#}
{% macro iso_weekday(day) -%} {{ adapter.dispatch('iso_weekday')(day) }} {%- endmacro %}
{% macro duckdb__iso_weekday(day) -%} isodow({{ day }}) {%- endmacro %}
{% macro default__iso_weekday(day) -%} (weekday({{ day }}) + 1) {%- endmacro %}

{#- Seconds since midnight of a clock text like 09:30; null where it is none. -#}
{% macro seconds_of_day(clock) -%}
    ({{ try_cast_as(dbt.split_part(clock, "':'", 1), 'integer') }} * 3600 + {{ try_cast_as(dbt.split_part(clock, "':'", 2), 'integer') }} * 60)
{%- endmacro %}

{#- Working seconds from the beginning of the calendar to a wall-clock time; `day` is the joined dim_date row of its date. -#}
{% macro working_clock(local, day) -%}
    {{ day }}.working_seconds_before + case
        when {{ day }}.is_working_day then least(greatest(
            {{ seconds_between('cast(cast(' ~ local ~ ' as date) as timestamp)', local) }} - {{ day }}.opens_at_second, 0
        ), {{ day }}.working_seconds)
        else 0
    end
{%- endmacro %}

{#- Working seconds from one moment to a later one, each with the joined dim_date row of its date; a day told without a time counts from its
    beginning, and nothing takes less than no time, nor more than it takes by the clock: where the clock goes forward in somebody's shift, an
    hour of it is not worked. -#}
{% macro working_seconds_taken(earlier, earlier_day, later, later_day) -%}
    {%- set taken = seconds_taken(earlier, later) -%}
    {%- set worked -%}
        {{ working_clock(utc_to_local('(' ~ start_of_told_day(later) ~ ')'), later_day) }}
        - ({{ working_clock(utc_to_local('(' ~ start_of_told_day(earlier) ~ ')'), earlier_day) }})
    {%- endset -%}
    (case when {{ worked }} <= 0 then 0 when {{ worked }} > {{ taken }} then {{ taken }} else {{ worked }} end)
{%- endmacro %}

{#- By how many days or months the business's week, quarter or year begins after the calendar's (variables week_starts_on and
    fiscal_year_starts_in). -#}
{% macro calendar_shift(unit) -%}
    {%- set months = var('fiscal_year_starts_in') - 1 -%}
    {%- do return({'week': ['day', var('week_starts_on') - 1], 'quarter': ['month', months % 3], 'year': ['month', months]}.get(unit, ['day', 0])) -%}
{%- endmacro %}

{#- The first day of the week, month, quarter or year of the business that a date lies in. -#}
{% macro start_of(unit, day) -%}
    {%- set step, shift = calendar_shift(unit) -%}
    {%- if shift -%} {{ dbt.dateadd(step, shift, dbt.date_trunc(unit, dbt.dateadd(step, -shift, day))) }}
    {%- else -%} {{ dbt.date_trunc(unit, day) }}
    {%- endif -%}
{%- endmacro %}

{#- The first day of the day, week, month, quarter or year that a date lies in; the grain is a column. -#}
{% macro period_start(grain, day) -%}
    cast(case {{ grain }}
        when 'day' then {{ day }}
        {%- for unit in ['week', 'month', 'quarter', 'year'] %}
        when '{{ unit }}' then {{ start_of(unit, day) }}
        {%- endfor %}
    end as date)
{%- endmacro %}

{#- The same day of the month some months later; where that month has no such day, the first of the next one. -#}
{% macro anniversary(day, months) -%}
    {%- set same_day = 'cast(' ~ dbt.dateadd('month', months, day) ~ ' as date)' -%}
    case
        when extract(day from {{ same_day }}) < extract(day from {{ day }}) then cast({{ dbt.dateadd('day', 1, same_day) }} as date)
        else {{ same_day }}
    end
{%- endmacro %}

{#- Whole calendar months from one day to a later one, and the days left over as 31sts of a month.  From a day that the last month does not
    have (the 31st, 29 February), the month is whole on its last day and on the day after it alike. -#}
{% macro months_between(earlier, later) -%}
    {%- set last_day_of_later = 'extract(day from cast(' ~ dbt.last_day(later, 'month') ~ ' as date))' -%}
    {%- set begun = '12 * (extract(year from ' ~ later ~ ') - extract(year from ' ~ earlier ~ ')) + extract(month from ' ~ later
        ~ ') - extract(month from ' ~ earlier ~ ')' -%}
    {%- set months = '(cast(' ~ begun ~ ' as integer) - case when extract(day from ' ~ later ~ ') < least(extract(day from ' ~ earlier
        ~ '), ' ~ last_day_of_later ~ ') then 1 else 0 end)' -%}
    {%- set whole = 'cast(' ~ dbt.dateadd('month', months, earlier) ~ ' as date)' -%}
    ({{ months }} + greatest(
        {{ dbt.datediff(whole, later, 'day') }} - case when extract(day from {{ whole }}) < extract(day from {{ earlier }}) then 1 else 0 end, 0
    ) / cast(31 as double))
{%- endmacro %}
