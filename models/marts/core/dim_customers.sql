-- Grain: one person or company, all its records and duplicates together.  No name, address or number of theirs is kept.
with records as (
    select record, customer_key from {{ ref('int_identities') }}
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
        row_number() over (
            partition by records.customer_key
            order by
                -- a card that was merged away says less than the one that stayed
                case when customers.merged_into_id is not null then 1 else 0 end asc,
                case when records.record = records.customer_key then 0 else 1 end asc,
                customers.created_at desc nulls last,
                records.record asc
        ) as place
    from records
    left join {{ ref('customers') }} as customers on records.record = concat('c:', customers.customer_id)
)

select
    customer_key,
    {%- for attribute in ['kind', 'region', 'city', 'country', 'segment'] %}
    coalesce(max(case when place = 1 then {{ attribute }} end), max({{ attribute }})) as {{ attribute }},
    {%- endfor %}
    min(created_at) as created_at,
    count(*) as records
from described
group by customer_key
