-- Grain: event_date, customer_key, product_group, customers_active.
-- One customer who begins (plus) or ceases (minus) to be an active customer of a product group.
select active_from as event_date, customer_key, product_group, 1 as customers_active
from {{ ref('int_customer_spans') }}
where product_group <> 'all'
union all
select active_until, customer_key, product_group, -1
from {{ ref('int_customer_spans') }}
where product_group <> 'all' and active_until < {{ as_of() }}
