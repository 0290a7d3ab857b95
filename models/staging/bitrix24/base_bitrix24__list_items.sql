-- Grain: object, field_name, item_id.
-- One item of a list field of one kind of record, with its label.  An item that was taken off the list keeps the last label it had.
with fields as (
    select * from {{ ref('base_bitrix24__crm_userfield') }} where row_status in ('accepted', 'superseded', 'deleted')
),

listed as (
    select
        object,
        field_name,
        {{ json_value('item', '$.ID') }} as item_id,
        {{ clean_text(json_value('item', '$.VALUE')) }} as label,
        loaded_at
    from fields
    {{ unnest_json('fields.items', 'item') }}
),

latest as (
    select *, row_number() over (partition by object, field_name, item_id order by loaded_at desc nulls last, label asc) as row_no
    from listed
    where item_id is not null and label is not null
)

select object, field_name, item_id, label
from latest
where row_no = 1
