-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of recurring revenue, period, dimension and member.
{%- set dims = ['product', 'region'] %}
with balances as (
    {{ balance_measures(
        ref('contract_events'),
        dimensions=dims,
        balances=['contracts_active', 'contracts_priced', 'mrr', 'arr', 'arr_variable', 'arr_licences']
    ) }}
),

opening as (
    {{ balance_measures(ref('contract_events'), dimensions=dims, balances=['mrr', 'contracts_active'], opening=true) }}
),

movements as (
    select
        period_grain,
        period_start,
        {{ sliced_by(['product', 'region', 'movement']) }},
        cast(count(*) as double) as mrr_moves,
        cast(sum(mrr_change) as double) as mrr_change,
        cast(sum(mrr_gained) as double) as mrr_gained,
        cast(sum(mrr_lost) as double) as mrr_lost,
        cast(sum(mrr_churned) as double) as mrr_churned,
        cast(sum(case when movement = 'expansion' then mrr_gained else 0 end) as double) as mrr_expanded
    from {{ ref('mrr_movements') }}
    group by grouping sets (
        (period_grain, period_start), (period_grain, period_start, product), (period_grain, period_start, region),
        (period_grain, period_start, movement)
    )
),

kept_parts as (
    select period_grain, period_start, dimension, dimension_key, value as kept_net, value as kept_gross
    from opening where measure = 'mrr'
    union all
    select period_grain, period_start, dimension, dimension_key, mrr_expanded - mrr_lost, -mrr_lost from movements where dimension <> 'movement'
),

kept as (
    select period_grain, period_start, dimension, dimension_key, sum(kept_net) as kept_net, sum(kept_gross) as kept_gross
    from kept_parts
    group by period_grain, period_start, dimension, dimension_key
),

renewals as (
    {{ period_measures(ref('contract_renewals'), dimensions=dims, sums=['renewals_due', 'renewals_done', 'renewals_open']) }}
)

select * from balances
union all
select * from renewals
union all
select case measure when 'mrr' then 'mrr_opening' else 'contracts_at_start' end, period_grain, period_start, dimension, dimension_key, value
from opening
union all
select 'mrr_kept_net', period_grain, period_start, dimension, dimension_key, kept_net from kept
union all
select 'mrr_kept_gross', period_grain, period_start, dimension, dimension_key, kept_gross from kept
union all
select 'mrr', period_grain, period_start, dimension, dimension_key, mrr_change from movements where dimension = 'movement'
{%- for measure in ['mrr_moves', 'mrr_gained', 'mrr_lost', 'mrr_churned', 'mrr_expanded'] %}
union all
select '{{ measure }}', period_grain, period_start, dimension, dimension_key, {{ measure }} from movements where dimension <> 'movement'
{%- endfor %}
{%- for measure in [
    'subscribers_opening', 'subscribers_churned', 'subscribers_year_ago', 'mrr_year_ago', 'mrr_year_kept_net', 'mrr_year_kept_gross'
] %}
union all
select '{{ measure }}', period_grain, period_start, 'all', 'all', cast(sum({{ measure }}) as double)
from {{ ref('subscriber_periods') }}
group by period_grain, period_start
{%- endfor %}
