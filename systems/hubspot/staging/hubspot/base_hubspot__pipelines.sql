-- Grain: _raw_file, _raw_row; of accepted rows pipeline_id.
-- One raw row of hubspot/pipelines, those of deals, with its row status and its stages as a list.
{{ validated_rows(
    source('hubspot', 'pipelines'),
    columns={
        'pipeline_id': ['id', 'code', 'required'],
        'name': ['label', 'text'],
        'stages': ['stages', 'text']
    },
    key=['pipeline_id'],
    version='loaded_at'
) }}
