-- Grain: team, date_day.
-- One team and one day with the team's working time: by the hours that it has of its own, else by those of the business.  A day that the working
-- calendar names, a holiday or a short day, is the same for every team.
with days as (
    select * from {{ ref('dim_date') }}
),

teams as (
    select team from {{ ref('dim_employees') }}
    union
    select '{{ var("unknown_member") }}' as team
),

hours as (
    select
        team,
        weekday,
        {{ seconds_of_day('opens_at') }} as opens_at_second,
        {{ seconds_of_day('closes_at') }} as closes_at_second
    from {{ ref('seed_team_hours') }}
),

own as (
    select distinct team from hours
),

working as (
    select
        teams.team,
        days.date_day,
        case when own.team is null or days.is_named then days.opens_at_second else hours.opens_at_second end as opens_at_second,
        case
            when own.team is null or days.is_named then days.working_seconds
            else greatest(coalesce(hours.closes_at_second - hours.opens_at_second, 0), 0)
        end as working_seconds
    from teams
    cross join days
    left join own on teams.team = own.team
    left join hours on teams.team = hours.team and {{ iso_weekday('days.date_day') }} = hours.weekday
)

select
    team,
    date_day,
    working_seconds > 0 as is_working_day,
    opens_at_second,
    working_seconds,
    cast(
        sum(working_seconds) over (partition by team order by date_day rows unbounded preceding) - working_seconds as bigint
    ) as working_seconds_before
from working
