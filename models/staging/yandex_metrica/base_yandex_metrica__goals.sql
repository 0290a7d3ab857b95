-- Grain: _raw_file, _raw_row; of accepted rows goal_id.
-- One raw row of yandex_metrica/goals, with its row status.
{{ validated_rows(
    source('yandex_metrica', 'goals'),
    columns={
        'goal_id': ['id', 'ref', 'required'],
        'name': ['name', 'text']
    },
    key=['goal_id']
) }}
