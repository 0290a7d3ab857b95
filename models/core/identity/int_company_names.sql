-- Grain: record.
-- One customer's card whose name is that of a company, by its legal form, and the name (hashed). Only names that several systems have,
-- and each of them on one card. A person's name alone tells nobody: many have the same.
with cards as (
    select
        concat('c:', customer_id) as record,
        concat(source_system, '/', coalesce(source_account, '')) as system_name,
        replace(lower(name), 'ё', 'е') as name
    from {{ ref('customers') }}
    where name is not null and merged_into_id is null and coalesce(kind, 'company') = 'company'
),

spelt as (
    select record, system_name, concat(' ', trim({{ replace_pattern('name', '[^0-9a-zа-я]+', ' ') }}), ' ') as name
    from cards
),

formed as (
    select
        record,
        system_name,
        case
            {%- for form, spellings in var('company_forms').items() %}
            {%- for spelling in spellings + [form] %}
            when name like '% {{ spelling }} %' and name <> ' {{ spelling }} ' then concat('{{ form }}', replace(name, ' {{ spelling }} ', ' '))
            {%- endfor %}
            {%- endfor %}
            when false then name
        end as name
    from spelt
),

alike as (
    select name
    from formed
    where name is not null
    group by name
    having count(distinct system_name) > 1 and count(*) = count(distinct system_name)
)

select formed.record, {{ contact_identifier("concat('company ', formed.name)") }} as identifier
from formed
inner join alike on formed.name = alike.name
