-- Grain: source_system, source_account, sprint_id.
-- One sprint_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
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
