-- Grain: sprint_id.
-- One sprint, begun or ahead, with its project: its own, else the one that most of its tasks name.
with tasks as (
    select sprint_id, project
    from {{ ref('tasks') }}
    where sprint_id is not null and project is not null and created_at < {{ cutoff() }}
),

named as (
    select
        sprint_id,
        project,
        row_number() over (partition by sprint_id order by count(*) desc, project asc) as row_no
    from tasks
    group by sprint_id, project
)

select
    sprints.sprint_id,
    coalesce(sprints.name, {{ source_id('sprints.sprint_id') }}) as sprint_name,
    {{ known('coalesce(sprints.project, named.project)') }} as project,
    sprints.starts_on,
    sprints.ends_on
from {{ ref('sprints') }} as sprints
left join named on sprints.sprint_id = named.sprint_id and named.row_no = 1
