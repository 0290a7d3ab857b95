-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of money received and owed, period, dimension and member.
{%- set dims = ['channel', 'manager', 'team', 'customer_segment'] %}
with moved as (
    {{ period_measures(ref('receivable_events'), dimensions=dims, sums=['money_received', 'invoiced']) }}
),

balances as (
    {{ balance_measures(
        ref('receivable_events'),
        dimensions=dims,
        balances=['receivables', 'receivables_overdue', 'receivable_days', 'invoiced_lately', 'money_unassigned']
    ) }}
)

select * from moved
union all
select * from balances
