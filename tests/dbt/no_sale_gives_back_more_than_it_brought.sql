-- Proves that the refunds of a sale, in its own currency, come to no more than the sale, and that none counts above what its source recorded.
select sales.sale_id, sum(refunds.amount) as refunded, max(sales.amount) as sold
from {{ ref('fct_refunds') }} as refunds
inner join {{ ref('fct_sales') }} as sales on refunds.sale_id = sales.sale_id and refunds.currency = sales.currency
group by sales.sale_id
having sum(refunds.amount) > max(sales.amount)

union all

select refund_id, amount, recorded_amount
from {{ ref('fct_refunds') }}
where amount > recorded_amount or amount < 0
