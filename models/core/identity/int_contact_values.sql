-- Grain: kind, cell, contact_no.
-- One text that stands in a phone or e-mail cell of any record, and one number or address that it tells (hashed), in its contact_no.
-- What identifies nobody, by the seed of placeholders, is left out.
with cells as (
    {%- for kind, entities in {
        'phone': ['customers', 'leads', 'deals', 'orders', 'calls'], 'email': ['customers', 'leads', 'deals', 'orders', 'email_events']
    }.items() %}
    {%- set is_last_kind = loop.last %}
    {%- for entity in entities %}
    select '{{ kind }}' as kind, {{ kind }} as cell from {{ ref(entity) }} where {{ kind }} is not null
    {{ 'union' if not (is_last_kind and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

-- what a cell tells never changes, so a cell that the last build read is not read again
new_cells as (
    select * from cells
    {%- if last_built() %}
    except
    select kind, cell from {{ last_built() }}
    {%- endif %}
),

cells_read as (
    select kind, cell, {{ contact_values('kind', 'cell') }} as contacts from new_cells
),

placed as (
    select kind, cell, contacts, {{ each_position('contacts') }} as contact_no from cells_read
),

told as (
    select kind, cell, contact_no, {{ item_at('contacts', 'contact_no') }} as contact from placed
)

select told.kind, told.cell, told.contact_no, {{ contact_identifier('told.contact') }} as identifier
from told
left join {{ ref('seed_placeholder_contacts') }} as placeholders on told.kind = placeholders.kind and told.contact like placeholders.pattern
where placeholders.pattern is null
{%- if last_built() %}
union all
select built.* from {{ last_built() }} as built inner join cells on built.kind = cells.kind and built.cell = cells.cell
{%- endif %}
