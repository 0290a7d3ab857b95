-- Grain: record.
-- One lead, deal, order or visit (l:, d:, o:, v: and its id) with the marks of its own: its UTM marks, else those that its address has,
-- else those that its ad click stands for.
{%- set parts = ['source', 'medium', 'campaign', 'content', 'term'] %}
with records as (
    select
        concat('v:', session_id) as record, started_at as created_at, web_client_id, utm_source, utm_medium, utm_campaign, utm_content, utm_term,
        traffic_source, cast(null as {{ dbt.type_string() }}) as source_name, landing_page, {{ plain_address('landing_page') }} as address,
        lower(ad_engine) as ad_engine, coalesce(ad_campaign_id, ad_campaign_name) as ad_campaign, ad_id
    from {{ ref('web_sessions') }}
    {%- for entity, untold in {'lead': '', 'deal': '', 'order': 'null as '}.items() %}
    union all
    select
        concat('{{ entity[0] }}:', {{ entity }}_id), created_at, web_client_id, utm_source, utm_medium, utm_campaign,
        {{ untold }}utm_content, {{ untold }}utm_term, null, {{ untold }}source_name, landing_page,
        concat_ws('&', {{ plain_address('landing_page') }}, click_id), null, null, null
    from {{ ref(entity ~ 's') }}
    {%- endfor %}
),

{{ new_rows('records', 'record') }},

addressed as (
    select
        *, concat('&', replace(replace(lower(address), '?', '&'), '#', '&')) as parameters,
        (utm_source is null or utm_medium is null or utm_campaign is null) and lower(address) like '%utm_%' as may_be_marked_by_address
    from new_rows
),

clicks as (
    select addressed.record, engines.*, row_number() over (partition by addressed.record order by engines.position) as row_no
    from addressed
    inner join {{ ref('seed_ad_engines') }} as engines
        on (addressed.ad_engine = engines.mark or (engines.kind = 'click_id' and addressed.parameters like concat('%&', engines.mark, '=_%')))
        and coalesce(addressed.traffic_source <> engines.organic_traffic_source, true)
),

parsed as (
    select *,
        {%- for part in parts %}
        case when may_be_marked_by_address then {{ query_value('address', 'utm_' ~ part) }} end as address_{{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from addressed
),

-- the address of another click, of another source or medium, adds nothing
fitting as (
    select *, coalesce(lower(utm_source) = lower(address_source), true) and coalesce(lower(utm_medium) = lower(address_medium), true) as is_one_click
    from parsed
),

marked as (
    select *,
        {%- for part in parts %}
        coalesce(utm_{{ part }}, case when is_one_click then address_{{ part }} end) as own_{{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from fitting
),

-- what the click tells beside UTM marks counts where these name its own system, or none
told as (
    select marked.record, clicks.platform, clicks.utm_source, clicks.utm_medium
    from marked
    inner join clicks on marked.record = clicks.record and clicks.row_no = 1
    where coalesce(lower(marked.own_source) like concat(clicks.utm_source, '%'), lower(marked.own_medium) = clicks.utm_medium, true)
)

select
    marked.record, marked.created_at, marked.web_client_id,
    coalesce(marked.own_source, told.utm_source) as utm_source,
    coalesce(marked.own_medium, told.utm_medium) as utm_medium,
    marked.own_campaign as utm_campaign, marked.own_content as utm_content,
    {{ keyword_of('marked.own_term') }} as keyword, {{ page_of('marked.landing_page') }} as landing_page,
    marked.row_hash, marked.traffic_source, marked.source_name,
    case when told.platform is not null then marked.ad_campaign end as click_campaign,
    {{ platform_key('told.platform', 'marked.ad_id') }} as click_ad,
    coalesce(marked.own_source, marked.own_medium, told.utm_source, told.utm_medium) is not null as has_marks
from marked
left join told on marked.record = told.record
{{ rows_taken_over('record') }}
