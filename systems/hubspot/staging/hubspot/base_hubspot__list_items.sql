-- Grain: object, field_name, item_id.
-- One option of a list property of one kind of record, with its label.  An option that was taken off the list keeps the last label it had.
with properties as (
    select * from {{ ref('base_hubspot__properties') }} where row_status in ('accepted', 'superseded', 'deleted')
),

listed as (
    select
        object,
        property as field_name,
        {{ json_value('item', '$.value') }} as item_id,
        {{ clean_text(json_value('item', '$.label')) }} as label,
        loaded_at
    from properties
    {{ unnest_json('properties.options', 'item') }}
),

latest as (
    select *, row_number() over (partition by object, field_name, item_id order by loaded_at desc nulls last, label asc) as row_no
    from listed
    where item_id is not null and label is not null
)

select object, field_name, item_id, label
from latest
where row_no = 1
