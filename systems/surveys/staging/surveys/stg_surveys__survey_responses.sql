-- Grain: response_id.
-- One answer to a survey; satisfaction on another scale than 1 to 5 is told on that one.  An answer about effort has the row status effort and
-- goes no further.
with answers as (
    select
        *,
        coalesce(scale_min, 1) as least,
        coalesce(scale_max, 5) as most
    from {{ ref('base_surveys__survey_response') }}
    where row_status = 'accepted'
)

select
    'surveys' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    response_id,
    metric as survey,
    responded_at as answered_at,
    case metric when 'csat' then 1 + (score - least) * 4 / (most - least) else score end as score,
    customer_id,
    employee_id,
    cast(null as {{ dbt.type_string() }}) as product_group,
    loaded_at,
    case metric when 'ces' then 'effort' else 'accepted' end as row_status
from answers
