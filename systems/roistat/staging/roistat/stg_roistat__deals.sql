-- Grain: deal_id.
-- One order as a deal; where the CRM that it is a copy of is on, its row status is elsewhere and it goes no further.
{% set text = dbt.type_string() -%}
with versions as (
    select
        *,
        case
            {%- for status, types in var('roistat_order_statuses').items() %}
            when status_type in ('{{ types | join("', '") }}') then '{{ status }}'
            {%- endfor %}
        end as status
    from {{ ref('base_roistat__orders') }}
    where row_status in ('accepted', 'superseded')
),

-- Roistat tells no day of a win: the first version that has the status which counts now
closings as (
    select
        deal_id,
        status,
        min(coalesce(updated_at, created_at)) as closed_at
    from versions
    group by deal_id, status
),

visits as (
    select * from {{ ref('stg_roistat__web_sessions') }}
)

select
    'roistat' as source_system,
    cast(null as {{ text }}) as source_account,
    orders.deal_id,
    orders.created_at,
    cast(null as {{ text }}) as lead_id,
    orders.customer_id,
    cast(null as {{ text }}) as contact_id,
    cast(null as {{ text }}) as employee_id,
    cast(null as {{ text }}) as pipeline_id,
    orders.stage_id,
    orders.status,
    case when orders.status <> 'open' then closings.closed_at end as closed_at,
    cast(null as date) as expected_close_on,
    orders.amount,
    cast(null as {{ text }}) as currency,
    cast(null as double) as probability,
    cast(null as decimal(18, 2)) as forecast_amount,
    cast(null as {{ text }}) as lost_reason,
    {%- for name in ['source_name', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term', 'landing_page'] %}
    {{ 'cast(null as ' ~ text ~ ')' if name == 'source_name' else 'visits.' ~ name }} as {{ name }},
    {%- endfor %}
    cast(null as {{ text }}) as click_id,
    visits.web_client_id,
    visits.region,
    {%- for name in ['point_of_sale', 'order_id', 'title', 'email', 'phone'] %}
    cast(null as {{ text }}) as {{ name }},
    {%- endfor %}
    orders.loaded_at,
    case when orders.status is null then 'left_out' else '{{ "elsewhere" if roistat_copies("deals") else "accepted" }}' end as row_status,
    orders.row_problem
from versions as orders
left join closings on orders.deal_id = closings.deal_id and orders.status = closings.status
left join visits on orders.session_id = visits.session_id
where orders.row_status = 'accepted'
