-- Grain: object, pipeline_id, stage_id.
-- One stage that a table knows, with the step of the common funnel that it stands for: the one that is told, else the one of the words in its
-- name, and never a step before that of an earlier stage of its pipeline.  A won stage is the last step; a lost one is none.  An open stage of
-- deals of which no chance of a win is told has that of its step.  Stages that stand in for a table are ordered by the steps of their words.
with stages as (
    select object, coalesce(pipeline_id, '') as pipeline_id, stage_id, position, lower(name) as name, status, probability, funnel_step,
        false as is_untold
    from {{ ref('stages') }}
    union all
    select object, pipeline_id, stage_id, null, lower(stage_id), status, null, null, true
    from {{ ref('int_untold_stages') }} where is_supposed
),

steps as (
    {%- for step in contract()['words']['stages']['funnel_step'] %}
    select {{ loop.index0 }} as step_no, '{{ step }}' as step, {{ var('step_probability')[step] }} as probability
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- of several words in a name the longest tells
worded as (
    select
        stages.object,
        stages.pipeline_id,
        stages.stage_id,
        words.funnel_step,
        row_number() over (
            partition by stages.object, stages.pipeline_id, stages.stage_id order by length(words.name_like) desc, words.funnel_step
        ) as row_no
    from stages
    inner join {{ ref('seed_stage_words') }} as words
        on stages.name like words.name_like and stages.object = coalesce(words.object, stages.object)
),

placed as (
    select
        stages.*,
        coalesce(told.step_no, named.step_no, case when stages.is_untold then 0 end) as step_no
    from stages
    left join worded
        on stages.object = worded.object and stages.pipeline_id = worded.pipeline_id and stages.stage_id = worded.stage_id and worded.row_no = 1
    left join steps as told on stages.funnel_step = told.step
    left join steps as named on worded.funnel_step = named.step
    where coalesce(stages.status, 'open') not in ('won', 'lost')
),

reached as (
    select
        object,
        pipeline_id,
        stage_id,
        case when is_untold then row_number() over (partition by object, pipeline_id, is_untold order by step_no, stage_id) end
            as supposed_rank,
        -- a deal has left the step of leads behind it
        greatest(
            case when object = 'deal' then 1 else 0 end,
            coalesce(max(step_no) over (
                partition by object, pipeline_id, is_untold order by position, case when is_untold then step_no end, stage_id rows unbounded preceding
            ), 0)
        ) as step_no
    from placed
)

select
    stages.object,
    stages.pipeline_id,
    stages.stage_id,
    case
        when stages.funnel_step is not null then stages.funnel_step
        when stages.status = 'won' then case when stages.object = 'deal' then 'deal' else 'qualified' end
        else steps.step
    end as funnel_step,
    reached.supposed_rank,
    case when stages.object = 'deal' and stages.probability is null then cast(steps.probability as double) end as supposed_probability,
    stages.funnel_step is null and coalesce(stages.status, 'open') <> 'lost' as is_step_supposed
from stages
left join reached
    on stages.object = reached.object and stages.pipeline_id = reached.pipeline_id and stages.stage_id = reached.stage_id
left join steps on reached.step_no = steps.step_no
