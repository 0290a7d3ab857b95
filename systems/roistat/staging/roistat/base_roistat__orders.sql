-- Grain: _raw_file, _raw_row; of accepted rows deal_id.
-- One raw row of roistat/orders, with its row status.
{% set orders -%}
(
    select
        *,
        coalesce(visit_id, {{ json_value('visit', '$.id') }}) as session_id,
        {{ json_value('status', '$.id') }} as status_id,
        {{ json_value('status', '$.type') }} as status_type
    from {{ source('roistat', 'orders') }}
) as orders
{%- endset %}
{{ validated_rows(
    orders,
    columns={
        'deal_id': ['id', 'code', 'required'],
        'created_at': ['creation_date', 'timestamp', 'required'],
        'updated_at': ['update_date', 'timestamp'],
        'amount': ['revenue', 'money'],
        'customer_id': ['client_id', 'ref'],
        'session_id': ['session_id', 'ref'],
        'stage_id': ['status_id', 'code'],
        'status_type': ['status_type', 'enum']
    },
    key=['deal_id'],
    version='updated_at',
    born=['created_at', 'customer_id']
) }}
