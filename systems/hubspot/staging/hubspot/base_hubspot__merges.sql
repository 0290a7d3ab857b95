-- Grain: object, merged_id.
-- One record that was merged into another one of its kind, which counts for both.
{%- set kinds = {'contact': 'contacts', 'company': 'companies', 'deal': 'deals'} %}
with winners as (
    {%- for object, table in kinds.items() %}
    select
        '{{ object }}' as object,
        {{ object }}_id as record_id,
        -- ids are numbers, so the list is one of JSON
        concat('[', replace(merged_ids, ';', ','), ']') as merged_ids
    from {{ ref('base_hubspot__' ~ table) }}
    where row_status = 'accepted' and merged_ids is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

losers as (
    select
        winners.object,
        winners.record_id,
        merged_id
    from winners
    {{ unnest_json('merged_ids', 'merged_id') }}
)

select
    object,
    merged_id,
    max(record_id) as record_id
from losers
where merged_id <> record_id
group by object, merged_id
