-- Grain: _raw_file, _raw_row; of accepted rows owner_id.
-- One raw row of hubspot/owners, with its row status; the owner's main team stands first.
{% set rows_with_team -%}
(
    select
        *,
        {{ json_value('teams', '$[0].name') }} as team_name
    from {{ source('hubspot', 'owners') }}
) as rows_with_team
{%- endset %}
{{ validated_rows(
    rows_with_team,
    columns={
        'owner_id': ['id', 'code', 'required'],
        'first_name': ['firstName', 'text'],
        'last_name': ['lastName', 'text'],
        'team': ['team_name', 'text']
    },
    key=['owner_id'],
    version='loaded_at'
) }}
