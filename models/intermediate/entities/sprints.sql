-- Grain: one sprint_id of a source account.
{{ union_sources(
    'sprints',
    ['files'],
    {
        'sprint_id': 'string',
        'project': 'string',
        'name': 'string',
        'starts_on': 'date',
        'ends_on': 'date'
    }
) }}
