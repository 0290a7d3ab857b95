-- Grain: one sprint_id of a source account.
{{ union_sources(
    'sprints',
    {
        'sprint_id': 'ref sprint',
        'project': 'string',
        'name': 'string',
        'starts_on': 'date',
        'ends_on': 'date'
    }
) }}
