-- Grain: object, merged_id.
-- One record that was merged into another one of its kind, and the one that counts for it, whether that is still there or not.
{%- set kinds = {'contact': 'contacts', 'company': 'companies', 'deal': 'deals'} %}
with winners as (
    {%- for object, table in kinds.items() %}
    select
        '{{ object }}' as object,
        {{ object }}_id as record_id,
        -- ids are numbers, so the list is one of JSON
        concat('[', replace(merged_ids, ';', ','), ']') as merged_ids
    from {{ ref('base_hubspot__' ~ table) }}
    where row_status in ('accepted', 'superseded') and merged_ids is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

pairs as (
    select
        winners.object,
        winners.record_id,
        merged_id
    from winners
    {{ unnest_json('merged_ids', 'merged_id') }}
    where merged_id <> winners.record_id
)

-- what a record was merged into may have been merged itself
select
    pairs.object,
    pairs.merged_id,
    max(coalesce(later.record_id, pairs.record_id)) as record_id
from pairs
left join pairs as later on pairs.object = later.object and pairs.record_id = later.merged_id
group by pairs.object, pairs.merged_id
