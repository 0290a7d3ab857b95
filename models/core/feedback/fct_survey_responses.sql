-- Grain: response_id.
-- One answer to a survey before the as-of day.  Its channel is that of the customer's latest sale before it whose channel is known.
with answers as (
    select
        responses.*,
        clusters.customer_key
    from {{ ref('survey_responses') }} as responses
    left join {{ ref('int_identity_clusters') }} as clusters on concat('c:', responses.customer_id) = clusters.record
    where responses.answered_at < {{ cutoff() }}
),

sales_before as (
    select
        answers.response_id,
        sales.channel,
        row_number() over (partition by answers.response_id order by sales.sold_at desc, sales.sale_id desc) as row_no
    from answers
    inner join {{ ref('fct_sales') }} as sales
        on answers.customer_key = sales.customer_key and {{ start_of_told_day('sales.sold_at') }} <= answers.answered_at
    where sales.channel <> '{{ var("unknown_member") }}'
)

select
    answers.response_id,
    answers.source_system,
    answers.survey,
    answers.answered_at,
    {{ local_date('answers.answered_at') }} as answered_on,
    answers.customer_key,
    answers.employee_id,
    {{ known('employees.team') }} as team,
    {{ known('answers.product_group') }} as product_group,
    {{ known('sales_before.channel') }} as channel,
    answers.score
from answers
left join sales_before on answers.response_id = sales_before.response_id and sales_before.row_no = 1
left join {{ ref('dim_employees') }} as employees on answers.employee_id = employees.employee_id
