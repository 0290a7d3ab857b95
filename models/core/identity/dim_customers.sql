-- Grain: customer_key.
-- One person or company, all its records and duplicates together.  No name, address or number of theirs is kept.
with records as (
    select record, customer_key from {{ ref('int_identity_clusters') }}
    union
    select record, customer_key from {{ ref('int_record_customers') }}
),

described as (
    select
        records.customer_key,
        customers.kind,
        customers.region,
        customers.city,
        customers.country,
        customers.segment,
        customers.created_at,
        {{ own_columns('dim_customers', 'customers') -}}
        row_number() over (
            partition by records.customer_key
            order by
                -- a card that was merged away says less than the one that stayed
                case when customers.merged_into_id is not null then 1 else 0 end asc,
                case when records.record = records.customer_key then 0 else 1 end asc,
                customers.created_at desc nulls last,
                records.record asc
        ) as row_no
    from records
    left join {{ ref('customers') }} as customers on records.record = concat('c:', customers.customer_id)
),

people as (
    select
        customer_key,
        case substr(customer_key, 1, 1) when 'c' then 'customer' when 'l' then 'lead' when 'd' then 'deal' else 'order' end as object,
        {%- for attribute in ['kind', 'region', 'city', 'country', 'segment'] + own_names('dim_customers') %}
        coalesce(max(case when row_no = 1 then {{ attribute }} end), max({{ attribute }})) as {{ attribute }},
        {%- endfor %}
        min(created_at) as created_at,
        count(*) as records
    from described
    group by customer_key
)

select
    people.customer_key,
    {{ record_url('substr(people.customer_key, 3)') }} as record_url,
    people.kind,
    people.region,
    people.city,
    people.country,
    people.segment,
    people.created_at,
    {{ own_columns('dim_customers', 'people') -}}
    people.records
from people
{{ join_record_page('people.object', 'substr(people.customer_key, 3)') }}
