-- Grain: event, response_id.
-- One answer to a survey or one review before the as-of day.  An answer's channel is that of the customer's latest sale before
-- it whose channel is known; a review's is the place it was left in.
with answers as (
    select * from {{ ref('survey_responses') }} where answered_at < {{ cutoff() }} and survey in ('nps', 'csat')
),

sales_before as (
    select
        answers.response_id,
        sales.channel,
        row_number() over (partition by answers.response_id order by sales.sold_at desc, sales.sale_id desc) as row_no
    from answers
    inner join {{ ref('int_identity_clusters') }} as clusters on concat('c:', answers.customer_id) = clusters.record
    inner join {{ ref('fct_sales') }} as sales
        on clusters.customer_key = sales.customer_key and {{ start_of_told_day('sales.sold_at') }} <= answers.answered_at
    where sales.channel <> '{{ var("unknown_member") }}'
),

-- a review without a sentiment of its own is judged by its rating
reviews as (
    select
        *,
        coalesce(sentiment, case
            when rating >= {{ var('review_positive_from') }} then 'positive'
            when rating <= {{ var('review_negative_to') }} then 'negative'
        end) as tone
    from {{ ref('reviews') }}
    where created_at < {{ cutoff() }}
),

events as (
    select
        answers.response_id,
        answers.survey as event,
        answers.answered_at as occurred_at,
        answers.employee_id,
        answers.product_group,
        sales_before.channel,
        answers.score,
        cast(null as {{ dbt.type_string() }}) as tone
    from answers
    left join sales_before on answers.response_id = sales_before.response_id and sales_before.row_no = 1
    union all
    select reviews.review_id, 'review', reviews.created_at, null, products.product_group, reviews.channel, reviews.rating, reviews.tone
    from reviews
    left join {{ ref('dim_products') }} as products on reviews.product_id = products.product_id
)

select
    {{ local_date('events.occurred_at') }} as event_date,
    events.event,
    events.response_id,
    {{ known('events.employee_id') }} as manager,
    {{ known('employees.team') }} as team,
    {{ known('events.product_group') }} as product_group,
    {{ known('events.channel') }} as channel,
    events.score,
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
left join {{ ref('dim_employees') }} as employees on events.employee_id = employees.employee_id
