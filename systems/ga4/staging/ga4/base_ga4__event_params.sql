-- Grain: _raw_file, _raw_row.
-- One raw row of ga4/events that has parameters: those that are read, each as a column, and all of them as one text.
{% set read = [
    'ga_session_id', 'session_engaged', 'page_location', 'page_title', 'page_referrer', 'source', 'medium', 'campaign', 'content', 'term', 'gclid',
    'currency', 'value', 'transaction_id'
] %}
with items as (
    select
        events._raw_file,
        events._raw_row,
        {{ ga4_item('item') }} as param
    from {{ source('ga4', 'events') }} as events
    {{ unnest_json(ga4_list('event_params'), 'item') }}
),

params as (
    select
        _raw_file,
        _raw_row,
        {{ json_value('param', '$.key') }} as name,
        coalesce(
            {%- for kind in ['string', 'int', 'float', 'double'] %}
            {{ json_value('param', '$.value.' ~ kind ~ '_value') }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as value
    from items
)

select
    _raw_file,
    _raw_row,
    {%- for name in read %}
    max(case when name = '{{ name }}' then value end) as {{ name }},
    {%- endfor %}
    {{ dbt.listagg("concat(name, '=', value)", "'&'", "order by name, value") }} as all_params
from params
group by _raw_file, _raw_row
