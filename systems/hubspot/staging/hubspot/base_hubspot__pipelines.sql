-- Grain: _raw_file, _raw_row; of accepted rows object, pipeline_id.
-- One raw row of hubspot/pipelines, those of deals and of leads, with its row status and its stages as a list.  Loads that name no object
-- brought those of deals.
{% set pipelines -%}
(select *, coalesce(nullif(object, ''), 'deals') as told_object from {{ source('hubspot', 'pipelines') }}) as pipelines
{%- endset %}
{{ validated_rows(
    pipelines,
    columns={
        'object': ['told_object', 'enum'],
        'pipeline_id': ['id', 'code', 'required'],
        'name': ['label', 'text'],
        'stages': ['stages', 'text']
    },
    key=['object', 'pipeline_id'],
    version='loaded_at'
) }}
