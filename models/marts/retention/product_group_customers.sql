-- Grain: event_date, customer_key, product_group, sale_kind, customers_active.
-- One customer who begins (plus) or ceases (minus) to be an active customer of a product group, or of a kind of sale; the other of the two is 'all'.
with spans as (
    select
        *,
        case when dimension = 'product_group' then dimension_key else 'all' end as product_group,
        case when dimension = 'sale_kind' then dimension_key else 'all' end as sale_kind
    from {{ ref('int_customer_spans') }}
    where dimension <> 'all'
)

select active_from as event_date, customer_key, product_group, sale_kind, 1 as customers_active
from spans
union all
select active_until, customer_key, product_group, sale_kind, -1
from spans
where active_until < {{ as_of() }}
