-- Grain: _raw_file, _raw_row.
-- One raw row of amocrm/leads that names contacts: all of them as one text, the main one first.
with named as (
    select
        leads._raw_file,
        leads._raw_row,
        {{ json_value('contact', '$.id') }} as contact_id,
        coalesce({{ json_value('contact', '$.is_main') }} = 'true', false) as is_main
    from {{ ref('base_amocrm__leads') }} as leads
    {{ unnest_json('contacts', 'contact') }}
)

select
    _raw_file,
    _raw_row,
    {{ dbt.listagg("'contact_' || contact_id", "','", "order by case when is_main then 0 else 1 end, contact_id") }} as contact_ids
from named
group by _raw_file, _raw_row
