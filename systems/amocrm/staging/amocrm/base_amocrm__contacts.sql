-- Grain: _raw_file, _raw_row; of accepted rows contact_id.
-- One raw row of amocrm/contacts, with its row status.
{% set rows_with_flag -%}
(
    select
        *,
        coalesce({{ adapter.quote('_deleted') }}, is_deleted) as is_gone
    from {{ source('amocrm', 'contacts') }}
) as rows_with_flag
{%- endset %}
{{ validated_rows(
    rows_with_flag,
    columns={
        'contact_id': ['id', 'code', 'required'],
        'name': ['name', 'text'],
        'created_at': ['created_at', 'timestamp'],
        'updated_at': ['updated_at', 'timestamp'],
        'company_id': ['company_id', 'ref'],
        'phone': ['PHONE', 'multifield'],
        'email': ['EMAIL', 'multifield'],
        'region': [var('amocrm_field_region'), 'text'],
        'segment': [var('amocrm_field_segment'), 'text']
    },
    own=['amocrm', 'customers'],
    key=['contact_id'],
    born=['created_at', 'phone', 'email'],
    version='updated_at',
    deleted='is_gone'
) }}
