-- Grain: task_id, entered_at, status.
-- One entry of an issue into a status: that in which it was made, and those into which it was moved. Of several at one
-- moment the last one counts, for the issue left the others at once. Jira counts the ids of changes up.
with issues as (
    select * from {{ ref('base_jira__issues') }} where row_status = 'accepted'
),

changes as (
    select
        changes.*,
        row_number() over (partition by task_id order by changed_at, length(change_id), change_id) as row_no
    from {{ ref('base_jira__status_changes') }} as changes
    where changes.row_status = 'accepted'
),

entries as (
    select
        issues.task_id,
        coalesce(first_changes.from_status_id, issues.status_id) as status_id,
        issues.created_at as entered_at,
        0 as row_no,
        issues.loaded_at
    from issues
    left join changes as first_changes on issues.task_id = first_changes.task_id and first_changes.row_no = 1
    union all
    select
        changes.task_id,
        changes.to_status_id,
        changes.changed_at,
        changes.row_no,
        changes.loaded_at
    from changes
    inner join issues on changes.task_id = issues.task_id
),

stays as (
    select
        entries.*,
        row_number() over (partition by task_id, entered_at order by row_no desc) as place_from_last
    from entries
    where status_id is not null
),

statuses as (
    select * from {{ ref('base_jira__statuses') }} where row_status = 'accepted'
)

select
    'jira' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    stays.task_id,
    coalesce(statuses.name, stays.status_id) as status,
    case
        {%- for name, class in var('jira_status_classes').items() %}
        when lower(statuses.name) = '{{ name }}' then '{{ class }}'
        {%- endfor %}
        when statuses.category = 'new' then 'waiting'
        when statuses.category = 'indeterminate' then 'active'
        when statuses.category = 'done' then 'done'
    end as status_class,
    stays.entered_at,
    stays.loaded_at,
    'accepted' as row_status
from stays
left join statuses on stays.status_id = statuses.status_id
where stays.place_from_last = 1
