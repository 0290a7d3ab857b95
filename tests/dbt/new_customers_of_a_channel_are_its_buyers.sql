-- Proves that the lifetime value of a channel is that of the customers whom its cost of acquisition counts: the new customers credited to a channel
-- by the default attribution are the buyers of that channel of acquisition, where it credits each sale to one touch.
with credited as (
    select channel, sum(new_customers) as customers
    from {{ ref('attributed_revenue') }}
    where model = '{{ var("default_attribution") }}'
    group by channel
),

acquired as (
    select channel, count(*) as customers
    from {{ ref('buyers') }}
    where first_sale_on is not null
    group by channel
),

shared as (
    select count(*) as credits from {{ ref('fct_attribution') }} where model = '{{ var("default_attribution") }}' and credit < 1
)

select
    coalesce(credited.channel, acquired.channel) as channel,
    credited.customers as credited_customers,
    acquired.customers as acquired_customers
from credited
full outer join acquired on credited.channel = acquired.channel
cross join shared
where shared.credits = 0 and coalesce(credited.customers, 0) <> coalesce(acquired.customers, 0)
