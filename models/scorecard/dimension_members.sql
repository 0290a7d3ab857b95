-- Grain: dimension, dimension_key.
-- One member of a dimension that has a name beside its key: what the scorecard shows for it, and its names, Russian and English.  What a
-- source names once has one name for both.
with named as (
    select 'manager' as dimension, employee_id as dimension_key, employee_name as dimension_value, employee_name as name_ru, employee_name as name_en
    from {{ ref('dim_employees') }}
    union all
    select 'product', product_id, product_name as dimension_value, product_name as name_ru, product_name as name_en from {{ ref('dim_products') }}
    union all
    select 'pipeline', pipeline_id, max(pipeline_name) as dimension_value, max(pipeline_name) as name_ru, max(pipeline_name) as name_en
    from {{ ref('dim_stages') }} where object = 'deal' group by pipeline_id
    union all
    select 'stage', stage_key, stage_name as dimension_value, stage_name as name_ru, stage_name as name_en
    from {{ ref('dim_stages') }} where object = 'deal'
    union all
    -- a channel is shown by its key, which is the same in every language
    select 'channel', channel, channel as dimension_value, name_ru, name_en from {{ ref('dim_channels') }}
    union all
    select 'region', region_ru, region_ru as dimension_value, region_ru as name_ru, max(region_en) as name_en
    from {{ ref('seed_places') }} group by region_ru
    union all
    select 'campaign', campaign, campaign_name as dimension_value, campaign_name as name_ru, campaign_name as name_en from {{ ref('dim_campaigns') }}
    union all
    select
        'email_campaign', email_campaign, min(email_campaign_name) as dimension_value, min(email_campaign_name) as name_ru,
        min(email_campaign_name) as name_en
    from {{ ref('email_campaign_events') }} group by email_campaign
    union all
    select 'sprint', sprint_id, sprint_name as dimension_value, sprint_name as name_ru, sprint_name as name_en from {{ ref('dim_sprints') }}
),

-- what the business or the warehouse names itself, where no source does
listed as (
    select dimension, dimension_key, name_ru, name_en from {{ ref('seed_member_names') }} where dimension <> 'any' and dimension_key <> '(code)'
),

-- what stands before a name that is but the end of its key, in figures and capitals
kinds as (
    select dimension, name_ru, name_en from {{ ref('seed_member_names') }} where dimension_key = '(code)'
),

-- the place of a stage in its pipeline, and of what is listed in an order
ranks as (
    select 'stage' as dimension, stage_key as dimension_key, stage_rank as member_rank from {{ ref('dim_stages') }} where object = 'deal'
    union all
    select dimension, dimension_key, member_rank from {{ ref('seed_member_names') }} where member_rank is not null
),

members as (
    select
        coalesce(named.dimension, listed.dimension) as dimension,
        coalesce(named.dimension_key, listed.dimension_key) as dimension_key,
        coalesce(
            named.dimension_value, case when named.dimension is not null then listed.name_ru end, {{ source_id('named.dimension_key') }},
            listed.dimension_key
        ) as dimension_value,
        coalesce(named.name_ru, listed.name_ru, {{ source_id('named.dimension_key') }}) as name_ru,
        coalesce(named.name_en, listed.name_en, {{ source_id('named.dimension_key') }}) as name_en
    from named
    full outer join listed on named.dimension = listed.dimension and named.dimension_key = listed.dimension_key
)

select
    members.dimension,
    members.dimension_key,
    members.dimension_value,
    {%- for language in ['ru', 'en'] %}
    case
        when members.dimension_key like concat('%:', members.name_ru) and {{ matches('members.name_ru', var('bare_codes')) }}
            then coalesce(kinds.name_{{ language }} || ' ' || members.name_{{ language }}, members.name_{{ language }})
        else members.name_{{ language }}
    end as dimension_name_{{ language }},
    {%- endfor %}
    ranks.member_rank
from members
left join ranks on members.dimension = ranks.dimension and members.dimension_key = ranks.dimension_key
left join kinds on members.dimension = kinds.dimension
