-- Grain: one measure of recurring revenue, period, dimension and member.
{%- set dims = ['product', 'region'] %}
with balances as (
    {{ balance_measures(ref('contract_events'), dimensions=dims, balances=['contracts_active', 'mrr', 'arr', 'arr_variable', 'arr_licences']) }}
),

opening as (
    {{ balance_measures(ref('contract_events'), dimensions=dims, balances=['mrr'], opening=true) }}
),

movements as (
    select
        period_grain,
        period_start,
        {{ sliced_by(['product', 'region', 'movement']) }},
        cast(sum(mrr_change) as double) as mrr_change,
        cast(sum(case when movement in ('expansion', 'contraction', 'churn') then mrr_change else 0 end) as double) as change_of_old,
        cast(sum(case when movement in ('contraction', 'churn') then mrr_change else 0 end) as double) as loss_of_old
    from {{ ref('mrr_movements') }}
    group by grouping sets (
        (period_grain, period_start), (period_grain, period_start, product), (period_grain, period_start, region),
        (period_grain, period_start, movement)
    )
)

select * from balances
union all
select 'mrr_opening', period_grain, period_start, dimension, dimension_key, value from opening
union all
select 'mrr_kept_net', period_grain, period_start, dimension, dimension_key, value from opening
union all
select 'mrr_kept_gross', period_grain, period_start, dimension, dimension_key, value from opening
union all
select 'mrr_kept_net', period_grain, period_start, dimension, dimension_key, change_of_old from movements where dimension <> 'movement'
union all
select 'mrr_kept_gross', period_grain, period_start, dimension, dimension_key, loss_of_old from movements where dimension <> 'movement'
union all
select 'mrr', period_grain, period_start, dimension, dimension_key, mrr_change from movements where dimension = 'movement'
