-- Grain: response_id.
-- One answer to a survey, by the ids of the survey, its metric and the answer; satisfaction on another scale is told on its own one.  An answer
-- about effort has the row status effort and goes no further.
{% set told = var('survey_scales')['csat'] -%}
with answers as (
    select
        *,
        coalesce(scale_min, {{ told[0] }}) as least,
        coalesce(scale_max, {{ told[1] }}) as most
    from {{ ref('base_surveys__survey_response') }}
    where row_status = 'accepted'
)

select
    'surveys' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    concat_ws(':', survey_id, metric, response_id) as response_id,
    metric as survey,
    responded_at as answered_at,
    case metric when 'csat' then {{ told[0] }} + (score - least) * ({{ told[1] }} - {{ told[0] }}) / (most - least) else score end as score,
    customer_id,
    employee_id,
    cast(null as {{ dbt.type_string() }}) as product_group,
    loaded_at,
    case metric when 'ces' then 'effort' else 'accepted' end as row_status
from answers
