-- Grain: date, platform.
-- One day of one channel that costs something, its accounts summed up; what the platform's own source tells has the row status elsewhere and goes
-- no further.
{% set text = dbt.type_string() -%}
{% set told = sources_of('ad_spend') | reject('in', ['roistat', 'files']) | list -%}
with days as (
    select
        date,
        coalesce({{ roistat_named('marker', var('roistat_platforms')) }}, marker) as platform,
        cost,
        loaded_at
    from {{ ref('base_roistat__analytics_data') }}
    where row_status = 'accepted' and cost <> 0
)

select
    'roistat' as source_system,
    cast(null as {{ text }}) as source_account,
    date,
    platform,
    {%- for name in ['account_id', 'campaign_id', 'campaign_name', 'ad_group_id', 'ad_group_name', 'ad_id', 'ad_name', 'keyword'] %}
    cast(null as {{ text }}) as {{ name }},
    {%- endfor %}
    cast(null as bigint) as impressions,
    cast(null as bigint) as clicks,
    sum(cost) as cost,
    cast(null as {{ text }}) as currency,
    cast({{ var('roistat_cost_with_vat') }} as boolean) as cost_includes_vat,
    cast(null as double) as conversions,
    cast(null as {{ text }}) as utm_source,
    cast(null as {{ text }}) as utm_medium,
    cast(null as {{ text }}) as utm_campaign,
    max(loaded_at) as loaded_at,
    case
        when platform in ('{{ told | join("', '") }}') then 'elsewhere'
        else '{{ "elsewhere" if "ad_spend" in var("roistat_left_out") else "accepted" }}'
    end as row_status
from days
group by date, platform
