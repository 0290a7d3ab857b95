-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of the customers who are active, period, dimension and member: at both ends of the period, in the mean, churned and retained.
{%- set dims = ['channel', 'region', 'customer_segment', 'cohort'] %}
with at_start as (
    {{ balance_measures(ref('customer_events'), dimensions=dims, balances=['customers_active'], opening=true) }}
),

at_end as (
    {{ balance_measures(ref('customer_events'), dimensions=dims, balances=['customers_active']) }}
),

{% for slice, name in [('product_group', 'groups'), ('sale_kind', 'kinds')] -%}
{%- for moment in ['start', 'end'] -%}
{{ name }}_at_{{ moment }} as (
    {%- set opens = moment == 'start' %}
    {{ balance_measures(ref('product_group_customers'), [slice], ['customers_active'], slice ~ " <> 'all'", whole=false, opening=opens) }}
),

{% endfor -%}
{%- endfor -%}
churned as (
    select period_grain, period_start, {{ sliced_by(dims) }}, cast(count(*) as double) as value
    from {{ ref('churned_customers') }}
    group by grouping sets (
        (period_grain, period_start)
        {%- for dim in dims %},
        (period_grain, period_start, {{ dim }}){% endfor %}
    )
),

-- what each of them adds to a measure; customers of a product group or a kind of sale have the mean alone, so that revenue can be set against it
parts as (
    select
        period_grain, period_start, dimension, dimension_key,
        value as at_start, cast(null as double) as at_end, cast(null as double) as churned, value as retained, value / 2 as average
    from at_start
    union all
    select period_grain, period_start, dimension, dimension_key, null, value, null, null, value / 2 from at_end
    union all
    select period_grain, period_start, dimension, dimension_key, null, null, value, -value, null from churned
    union all
    {%- for sliced in ['groups_at_start', 'groups_at_end', 'kinds_at_start', 'kinds_at_end'] %}
    select period_grain, period_start, dimension, dimension_key, null, null, null, null, value / 2 from {{ sliced }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

added_up as (
    select
        parts.period_grain,
        parts.period_start,
        parts.dimension,
        parts.dimension_key,
        sum(parts.at_start) as customers_at_start,
        sum(parts.at_end) as customers_active,
        sum(parts.churned) as customers_churned,
        sum(parts.retained) as customers_retained,
        sum(parts.average) as customers_average,
        sum(parts.average * periods.days) / {{ var('days_in_month') }} as customer_months,
        sum(parts.at_start * periods.days) as customer_days_at_start
    from parts
    inner join (
        select
            *,
            1 + {{ dbt.datediff('period_start', 'last_known_day', 'day') }} as days
        from {{ ref('periods') }}
    ) as periods on parts.period_grain = periods.period_grain and parts.period_start = periods.period_start
    group by parts.period_grain, parts.period_start, parts.dimension, parts.dimension_key
)

{% for measure in [
    'customers_at_start', 'customers_active', 'customers_churned', 'customers_retained',
    'customers_average', 'customer_months', 'customer_days_at_start'
] %}
select '{{ measure }}' as measure, period_grain, period_start, dimension, dimension_key, {{ measure }} as value
from added_up
where {{ measure }} is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
