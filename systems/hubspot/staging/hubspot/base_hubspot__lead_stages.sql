-- Grain: property, stage_id.
-- One stage that tells the state of a lead, in the order of the variables that say which do: a lifecycle stage or lead status of contacts, or a
-- stage of a pipeline of the object Leads.
{%- set told = {
    'contacts': {'lifecyclestage': var('hubspot_lead_stages'), 'hs_lead_status': var('hubspot_lead_statuses')},
    'leads': {'hs_pipeline_stage': var('hubspot_lead_pipeline_stages')}
}[var('hubspot_leads')] -%}
{%- set lines = [] -%}
{%- for property, classes in told.items() -%}
    {%- for stage_id, class in classes.items() -%}
        {%- do lines.append("select '" ~ property ~ "' as property, '" ~ stage_id ~ "' as stage_id, '" ~ class ~ "' as status_class, "
            ~ (lines | length + 1) ~ " as position") -%}
    {%- endfor -%}
{%- endfor %}
with classes as (
    {{ lines | join('\n    union all\n    ') }}
),

options as (
    select
        properties.property,
        {{ json_value('choice', '$.value') }} as stage_id,
        {{ json_value('choice', '$.label') }} as name,
        properties.loaded_at
    from {{ ref('base_hubspot__properties') }} as properties
    {{ unnest_json('options', 'choice') }}
    where properties.row_status = 'accepted' and properties.object = 'contacts'
)

select
    classes.property,
    classes.stage_id,
    classes.status_class,
    classes.position,
    coalesce(options.name, classes.stage_id) as name,
    options.loaded_at
from classes
left join options on classes.property = options.property and classes.stage_id = options.stage_id
