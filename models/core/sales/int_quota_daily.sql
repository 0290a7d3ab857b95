-- Grain: event_date, dimension, dimension_key.
-- One slice (a manager, a team, the whole) and one day, with the day's part of the plan of the won amount that counts there.  What managers' plans
-- come to is a plan of their team and of the whole only in a month in which nearly all deals are got and won by those who have one, of their own
-- or with their team (var planned_deals_share).
with plans as (
    select
        *,
        {{ start_of('month', 'date_day') }} as month_start
    from {{ ref('int_targets_by_slice') }}
    where kpi_id in ('{{ var("quota_kpi") }}', 'revenue') and dimension in ('manager', 'team', 'all')
),

-- plans of revenue stand in where nobody has planned the won amount
chosen as (
    select *
    from plans
    where kpi_id = case
        when (select count(*) from plans as won where won.kpi_id = '{{ var("quota_kpi") }}') > 0 then '{{ var("quota_kpi") }}' else 'revenue'
    end
),

planned as (
    select distinct month_start, dimension, dimension_key from chosen where is_own and dimension <> 'all'
),

-- whoever got a deal or won one in a month sells in it; what is still nobody's is sold by nobody
sold as (
    select {{ start_of('month', 'created_on') }} as month_start, employee_id as manager, team
    from {{ ref('fct_deals') }}
    where employee_id is not null
    union all
    select {{ start_of('month', 'won_on') }}, {{ known('employee_id') }}, team
    from {{ ref('fct_deals') }}
    where won_on is not null
),

-- of the months that somebody has planned
judged as (
    select
        sold.month_start,
        sold.team,
        case when own.month_start is not null or of_team.month_start is not null then 1 else 0 end as is_planned
    from sold
    inner join (select distinct month_start from planned) as months on sold.month_start = months.month_start
    left join planned as own on sold.month_start = own.month_start and own.dimension = 'manager' and sold.manager = own.dimension_key
    left join planned as of_team on sold.month_start = of_team.month_start and of_team.dimension = 'team' and sold.team = of_team.dimension_key
),

slices_in_part as (
    select month_start, 'team' as dimension, team as dimension_key
    from judged
    group by month_start, team
    having sum(is_planned) < {{ var('planned_deals_share') }} * count(*)
    union all
    select month_start, 'all', 'all'
    from judged
    group by month_start
    having sum(is_planned) < {{ var('planned_deals_share') }} * count(*)
)

select
    chosen.date_day as event_date,
    chosen.dimension,
    chosen.dimension_key,
    chosen.day_value as quota_amount
from chosen
left join slices_in_part as parts
    on chosen.month_start = parts.month_start and chosen.dimension = parts.dimension and chosen.dimension_key = parts.dimension_key
where chosen.is_own or parts.month_start is null
