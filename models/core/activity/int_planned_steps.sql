-- Grain: activity_id, known_from.
-- One version of one activity of a deal that tells the day on which it is due, with the span of days at whose ends it was known and not done.  What
-- is done has an empty span: it says only that its source tells deadlines.  The first version stands for the time since the activity was created.
with versions as (
    {{ union_sources(
        'activities',
        {
            'activity_id': 'ref activity',
            'kind': 'string',
            'created_at': 'late timestamp',
            'started_at': 'late timestamp',
            'status': 'string',
            'object': 'string',
            'object_id': 'ref object',
            'deadline_at': 'timestamp',
        },
        statuses=['accepted', 'superseded']
    ) }}
),

known as (
    select
        *,
        coalesce(status, 'completed') as known_status,
        cast({{ dbt.dateadd('day', -1, local_date('loaded_at')) }} as date) as known_on,
        row_number() over (partition by activity_id order by loaded_at nulls first) as version_no
    from versions
),

-- of several loads in one day, the last
ranked as (
    select
        *,
        case
            when min(version_no) over (partition by activity_id, known_on) = 1 then coalesce({{ local_date('created_at') }}, known_on)
            else known_on
        end as known_from,
        row_number() over (partition by activity_id, known_on order by version_no desc) as place_in_day
    from known
),

dated as (
    select
        *,
        coalesce(deadline_at, started_at) as due_at,
        lead(known_from, 1, cast('9999-12-31' as date)) over (partition by activity_id order by known_on nulls first) as next_from
    from ranked
    where place_in_day = 1
)

select
    dated.activity_id,
    dated.object_id as deal_id,
    dated.known_from,
    {{ local_date('dated.due_at') }} as due_on,
    case
        when dated.known_status in ('planned', 'accepted') then dated.next_from
        -- a meeting that is still ahead has not been held, whatever its record says by now
        when dated.kind = 'meeting' and dated.known_status = 'completed'
            then greatest(dated.known_from, least(dated.next_from, {{ local_date('dated.started_at') }}))
        else dated.known_from
    end as known_until
from dated
-- one that was deleted since has no accepted version
inner join {{ ref('activities') }} as activities on dated.activity_id = activities.activity_id
where
    dated.object = 'deal' and dated.known_from < dated.next_from
    -- what was due when it was made, as a call that nobody took, was planned by nobody
    and (dated.due_at > dated.created_at or (dated.kind = 'task' and dated.due_at is not null))
    and (
        dated.deadline_at is not null or dated.known_status in ('planned', 'accepted')
        or (dated.kind = 'meeting' and dated.known_status = 'completed' and {{ local_date('dated.started_at') }} > dated.known_from)
    )
