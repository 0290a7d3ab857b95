-- Grain: _raw_file, _raw_row; of accepted rows counter_id, hit_id.
-- One raw row of yandex_metrica/hits, with its row status.  Its page is worked out here, once for each raw row.
{% set counter, visit, time = adapter.quote('ym:pv:counterID'), adapter.quote('ym:pv:visitID'), adapter.quote('ym:pv:dateTime') -%}
{%- set hits -%}
(
    select
        *,
        case when {{ visit }} not in ('', '0') then concat_ws('-', {{ counter }}, left({{ time }}, 4), {{ visit }}) end as session_id,
        {{ page_of('clean_url') }} as page
    from (select *, {{ clean_text(adapter.quote('ym:pv:URL')) }} as clean_url from {{ source('yandex_metrica', 'hits') }}) as read_in
) as hits
{%- endset %}
{{ validated_rows(
    hits,
    columns={
        'counter_id': ['ym:pv:counterID', 'ref'],
        'hit_id': ['ym:pv:watchID', 'ref', 'required'],
        'visit_id': ['ym:pv:visitID', 'ref'],
        'session_id': ['session_id', 'text'],
        'web_client_id': ['ym:pv:clientID', 'ref'],
        'occurred_at': ['ym:pv:dateTime', 'timestamp', 'required'],
        'is_page_view': ['ym:pv:isPageView', 'boolean'],
        'is_robot': ['ym:pv:isRobotPro', 'boolean'],
        'page': ['page', 'text'],
        'title': ['ym:pv:title', 'text']
    },
    key=['counter_id', 'hit_id']
) }}
