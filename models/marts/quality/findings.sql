-- Grain: one thing about the accepted data that a person should look at.  Nothing was dropped for it: the rows are in the marts, under
-- an unknown member or without the part that could not be worked out.
{%- set enums = {
    'customers': {'kind': ['person', 'company']},
    'leads': {'status_class': ['new', 'in_progress', 'qualified', 'converted', 'rejected']},
    'deals': {'status': ['open', 'won', 'lost']},
    'stages': {'status': ['open', 'won', 'lost'], 'funnel_step': ['lead', 'qualified', 'meeting', 'proposal', 'deal']},
    'stage_changes': {'status': ['open', 'won', 'lost']},
    'activities': {
        'kind': ['call', 'email', 'meeting', 'message', 'social', 'presentation', 'referral_request', 'task'],
        'direction': ['in', 'out'],
        'status': ['planned', 'accepted', 'declined', 'completed', 'missed']
    },
    'calls': {'direction': ['in', 'out']},
    'orders': {'status': ['new', 'paid', 'cancelled', 'refunded']},
    'web_events': {'event': ['view_item', 'add_to_cart', 'remove_from_cart', 'begin_checkout', 'purchase', 'goal']},
    'email_events': {'event': ['delivered', 'opened', 'clicked', 'unsubscribed', 'bounced']},
    'survey_responses': {'survey': ['nps', 'csat']},
    'reviews': {'sentiment': ['positive', 'neutral', 'negative']},
    'time_entries': {'category': ['selling', 'data_entry', 'content', 'admin', 'other']},
    'tasks': {'kind': ['task', 'story', 'bug']},
    'task_status_changes': {'status_class': ['waiting', 'active', 'done']},
    'targets': {'period_grain': ['month', 'quarter', 'year']},
    'expenses': {'kind': ['direct_acquisition', 'indirect_sales', 'other']}
} %}
with unknown_values as (
    {%- for entity, columns in enums.items() %}
    {%- for column, values in columns.items() %}
    select 'unknown value' as finding, concat('{{ entity }}.{{ column }} = ', {{ column }}) as subject
    from {{ ref(entity) }}
    where {{ column }} not in ('{{ values | join("', '") }}')
    union all
    {%- endfor %}
    {%- endfor %}
    select 'unknown value', concat('targets.kpi_id = ', targets.kpi_id)
    from {{ ref('targets') }} as targets
    left join {{ ref('kpi_definitions') }} as definitions on targets.kpi_id = definitions.figure_id
    where definitions.figure_id is null
),

unknown_members as (
    select 'stage that no table knows' as finding, concat(object, ' stage ', stage_key) as subject from {{ ref('dim_stages') }} where not is_known
    union all
    select 'employee who does not exist', concat('employee ', employee_id) from {{ ref('dim_employees') }} where not is_known
    union all
    select 'product that does not exist', concat('product ', product_id) from {{ ref('dim_products') }} where not is_known
),

missing_rates as (
    select 'currency with no rate' as finding, concat('sale in ', currency) as subject
    from {{ ref('fct_sales') }}
    where amount is not null and amount_base is null
    union all
    select 'currency with no rate', concat('refund in ', currency) from {{ ref('fct_refunds') }} where amount_base is null
    union all
    select 'currency with no rate', concat('ad spend in ', currency) from {{ ref('fct_ad_spend') }} where cost_base is null
    {%- for entity, subject, day in [
        ('contracts', 'contract', 'starts_on'), ('expenses', 'expense', 'month'), ('competitor_prices', 'competitor price', 'observed_on'),
        ('forecasts', 'forecast', 'as_of')
    ] %}
    union all
    select 'currency with no rate', concat('{{ subject }} in ', upper({{ entity }}.currency))
    from {{ ref(entity) }} as {{ entity }}
    {{ join_rate('rates', entity ~ '.currency', entity ~ '.' ~ day) }}
    where rates.rate_to_base is null and {{ entity }}.{{ day }} < {{ as_of() }}
    {%- endfor %}
),

contradictions as (
    select 'contracts that overlap' as finding, concat('contracts ', earlier.contract_id, ' and ', later.contract_id) as subject
    from {{ ref('fct_contracts') }} as earlier
    inner join {{ ref('fct_contracts') }} as later
        on earlier.customer_key = later.customer_key and earlier.product = later.product and earlier.contract_id < later.contract_id
        and earlier.starts_on < later.ends_before and later.starts_on < earlier.ends_before
    union all
    select 'day of more than 24 hours', concat('time of employee ', employee_id, ' on ', cast(date as {{ dbt.type_string() }}))
    from {{ ref('time_entries') }}
    group by employee_id, date
    having sum(minutes) > 1440
    union all
    select 'sale without an amount', concat(kind, 's') from {{ ref('fct_sales') }} where amount is null
    union all
    select 'refund of an order that was not paid', concat('order ', refunds.order_id)
    from {{ ref('refunds') }} as refunds
    inner join {{ ref('orders') }} as orders on refunds.order_id = orders.order_id
    left join {{ ref('int_sold_orders') }} as sold on refunds.order_id = sold.order_id
    where sold.order_id is null and refunds.refunded_at < {{ cutoff() }}
    union all
    select 'year outside its contract', concat('contract ', schedule.contract_id, ', year ', cast(schedule.year_no as {{ dbt.type_string() }}))
    from {{ ref('contract_schedule') }} as schedule
    inner join {{ ref('contracts') }} as contracts on schedule.contract_id = contracts.contract_id
    where {{ dbt.dateadd('month', '12 * (cast(schedule.year_no as integer) - 1)', 'contracts.starts_on') }} > contracts.ends_on
    {%- for entity in ['deals', 'stages'] %}
    union all
    select 'probability above 1', '{{ entity }}' from {{ ref(entity) }} where probability > 1
    {%- endfor %}
    {%- for column in ['opens_at', 'closes_at'] %}
    union all
    select 'no time of day', concat('working_calendar.{{ column }} = ', {{ column }})
    from {{ ref('working_calendar') }}
    where {{ column }} is not null and {{ seconds_of_day(column) }} is null
    {%- endfor %}
    union all
    select 'rate that is not positive', concat(upper(currency), ' on ', cast(date as {{ dbt.type_string() }}))
    from {{ ref('exchange_rates') }}
    where rate_to_base <= 0
),

parts_of_nothing as (
    {%- for part, whole, key, finding in [
        ('order_lines', 'orders', 'order', 'lines of an order'), ('deal_lines', 'deals', 'deal', 'lines of a deal'),
        ('contract_schedule', 'contracts', 'contract', 'schedule of a contract')
    ] %}
    select
        '{{ finding }} that is not known' as finding,
        concat('{{ part }}, such as of {{ key }} ', min(parts.{{ key }}_id) over ()) as subject
    from {{ ref(part) }} as parts
    left join {{ ref(whole) }} as wholes on parts.{{ key }}_id = wholes.{{ key }}_id
    where wholes.{{ key }}_id is null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

as_of_date as (
    select 'as-of date before the data' as finding, 'nothing had happened before {{ as_of_date() }}' as subject
    from (select count(*) as periods from {{ ref('periods') }}) as counted
    where periods = 0
),

unexplained as (
    select 'raw rows without a verdict' as finding, concat(source_name, '/', table_name) as subject
    from {{ ref('source_tie_out') }}
    where not is_tied_out
),

all_findings as (
    select * from unknown_values
    union all
    select * from unknown_members
    union all
    select * from missing_rates
    union all
    select * from contradictions
    union all
    select * from parts_of_nothing
    union all
    select * from as_of_date
    union all
    select * from unexplained
)

select
    finding,
    subject,
    count(*) as rows_affected
from all_findings
group by finding, subject
