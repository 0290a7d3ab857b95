-- Grain: _raw_file, _raw_row; of accepted rows user_id.
-- One raw row of amocrm/users, with its row status.
{% set rows_with_group -%}
(
    select
        *,
        {{ json_value(adapter.quote('_embedded'), '$.groups[0].name') }} as group_name
    from {{ source('amocrm', 'users') }}
) as rows_with_group
{%- endset %}
{{ validated_rows(
    rows_with_group,
    columns={
        'user_id': ['id', 'code', 'required'],
        'name': ['name', 'text'],
        'team': ['group_name', 'text']
    },
    key=['user_id'],
    version='loaded_at'
) }}
