-- Grain: _raw_file, _raw_row; of accepted rows session_id.
-- One raw row of roistat/visits, with its row status.
{% set visits -%}
(
    select
        *,
        coalesce({{ json_value('geo', '$.city') }}, {{ json_value('geo', '$.region') }}) as place,
        {%- for name in ['system_name', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'] %}
        {{ json_value('source', '$.' ~ name) }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('roistat', 'visits') }}
) as visits
{%- endset %}
{{ validated_rows(
    visits,
    columns={
        'session_id': ['id', 'code', 'required'],
        'first_visit_id': ['first_visit_id', 'ref'],
        'started_at': ['date', 'timestamp', 'required'],
        'landing_page': ['landing_page', 'text'],
        'metrika_client_id': ['metrika_client_id', 'ref'],
        'google_client_id': ['google_client_id', 'ref'],
        'region': ['place', 'text'],
        'marker': ['system_name', 'enum'],
        'utm_source': ['utm_source', 'mark'],
        'utm_medium': ['utm_medium', 'mark'],
        'utm_campaign': ['utm_campaign', 'mark'],
        'utm_content': ['utm_content', 'mark'],
        'utm_term': ['utm_term', 'mark']
    },
    key=['session_id'],
    version='loaded_at',
    born=['started_at', 'first_visit_id']
) }}
