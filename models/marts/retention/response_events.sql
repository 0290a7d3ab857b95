-- Grain: event, response_id.
-- One answer to a survey of satisfaction or one review, on its day, with what it counts as.
with reviews as (
    -- a review without a sentiment of its own is judged by its rating
    select
        *,
        coalesce(sentiment, case
            when rating >= {{ var('review_positive_from') }} then 'positive'
            when rating <= {{ var('review_negative_to') }} then 'negative'
        end) as tone
    from {{ ref('fct_reviews') }}
),

events as (
    select
        answered_on as event_date,
        survey as event,
        response_id,
        employee_id,
        team,
        product_group,
        channel,
        score,
        cast(null as {{ dbt.type_string() }}) as tone
    from {{ ref('fct_survey_responses') }}
    where survey in ('nps', 'csat')
    union all
    select created_on, 'review', review_id, null, '{{ var("unknown_member") }}', product_group, channel, rating, tone
    from reviews
)

select
    event_date,
    event,
    response_id,
    {{ known('employee_id') }} as manager,
    team,
    product_group,
    channel,
    score,
    {{ flag("event = 'nps' and score between 0 and 10") }} as nps_answers,
    case
        when event = 'nps' and score between {{ var('nps_promoter_from') }} and 10 then 1
        when event = 'nps' and score between 0 and {{ var('nps_detractor_to') }} then -1
        else 0
    end as nps_net_promoters,
    {{ flag("event = 'csat' and score is not null") }} as csat_answers,
    {{ flag("event = 'csat' and score >= " ~ var('csat_satisfied_from')) }} as csat_satisfied,
    {{ flag("event = 'review'") }} as reviews,
    -- one that tells neither a sentiment nor a rating is judged neither way
    {{ flag("event = 'review' and (tone is not null or score is not null)") }} as reviews_judged,
    {{ flag("tone = 'positive'") }} as reviews_positive,
    {{ flag("tone = 'negative'") }} as reviews_negative
from events
