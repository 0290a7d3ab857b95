-- Grain: month_start, life_stage.
-- One month and life stage: the customers in it at the end of the month before, those who came into it and left it, and those in it at the end (on
-- the last full day, in the running month).  opening + first bought + moved in - moved out = closing in every row.
with stages as (
    select * from {{ ref('seed_member_names') }} where dimension = 'life_stage'
),

months as (
    select period_start as month_start, is_complete from {{ ref('periods') }} where period_grain = 'month'
),

parts as (
    select
        month_start, life_stage, 0 as opening, {{ flag('life_stage_before is null') }} as first_bought,
        {{ flag('life_stage_before <> life_stage') }} as moved_in, 0 as moved_out, 1 as closing
    from {{ ref('customer_months') }}
    union all
    select month_start, life_stage_before, 1, 0, 0, {{ flag('life_stage_before <> life_stage') }}, 0
    from {{ ref('customer_months') }}
    where life_stage_before is not null
)

select
    months.month_start,
    months.is_complete,
    stages.dimension_key as life_stage,
    stages.member_rank as life_stage_rank,
    stages.name_ru as life_stage_name_ru,
    stages.name_en as life_stage_name_en,
    {%- for part in ['opening', 'first_bought', 'moved_in', 'moved_out', 'closing'] %}
    cast(coalesce(sum(parts.{{ part }}), 0) as {{ dbt.type_bigint() }}) as {{ part }}_customers{{ ',' if not loop.last }}
    {%- endfor %}
from months
cross join stages
left join parts on months.month_start = parts.month_start and stages.dimension_key = parts.life_stage
group by months.month_start, months.is_complete, stages.dimension_key, stages.member_rank, stages.name_ru, stages.name_en
