-- Grain: employee_id.
-- One employee, and one for each employee id that records name but no employee table knows.
with employees as (
    select * from {{ ref('employees') }}
),

named as (
    {%- for entity in ['leads', 'deals', 'orders', 'activities', 'calls', 'quotes', 'objections', 'survey_responses', 'forecasts',
        'time_entries', 'tool_usage', 'material_usage', 'tasks', 'targets', 'invoices', 'payments'] %}
    select employee_id from {{ ref(entity) }} where employee_id is not null
    union
    {%- endfor %}
    select employee_id from {{ ref('int_deal_versions') }} where employee_id is not null
)

select
    employee_id,
    {{ record_url('employee_id') }} as record_url,
    coalesce(
        {%- if employees_are_published_as() == 'names' %} name, {%- endif %} {{ source_id('employee_id') }}
    ) as employee_name,
    {{ known('team') }} as team,
    {{ known('department') }} as department,
    manager_id,
    {{ known('point_of_sale') }} as point_of_sale,
    hired_on,
    left_on,
    true as is_known
from employees
{{ join_record_page("'employee'", 'employee_id') }}

union all

select
    named.employee_id,
    null,
    {{ source_id('named.employee_id') }} as employee_name,
    '{{ var("unknown_member") }}',
    '{{ var("unknown_member") }}',
    null,
    '{{ var("unknown_member") }}',
    null,
    null,
    false
from named
left join employees on named.employee_id = employees.employee_id
where employees.employee_id is null
