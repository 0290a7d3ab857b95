-- Proves that every sale is credited in every attribution model, with credits that are shares of it and add up to one.
select
    sales.sale_id,
    models.model,
    sum(credits.credit) as credit
from {{ ref('fct_sales') }} as sales
cross join {{ ref('seed_attribution_models') }} as models
left join {{ ref('fct_attribution') }} as credits on sales.sale_id = credits.sale_id and models.model = credits.model
group by sales.sale_id, models.model
having
    coalesce(abs(sum(credits.credit) - 1) > 0.000000001, true)
    or min(credits.credit) <= 0
    or coalesce(abs(max(credits.credit_so_far) - 1) > 0, true)
    or min(credits.credit_before) <> 0
