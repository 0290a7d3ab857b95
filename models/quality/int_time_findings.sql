-- Grain: finding, subject.
-- One record that ended on an earlier day than it began (it was entered afterwards, or one of the days is wrong), or of which nobody tells
-- when it ended, as a finding.  The time between is not known; each end counts on its own day.  Also times that contradict one another.
{%- set spans = [
    ('leads', 'lead', 'created_at', 'qualified_at'), ('leads', 'lead', 'created_at', 'converted_at'), ('leads', 'lead', 'created_at', 'rejected_at'),
    ('fct_deals', 'deal', 'created_at', 'won_at'), ('fct_deals', 'deal', 'created_at', 'lost_at'), ('orders', 'order', 'created_at', 'paid_at'),
    ('quotes', 'quote', 'created_at', 'sent_at'), ('activities', 'activity', 'started_at', 'ended_at'),
    ('tasks', 'task', 'created_at', 'done_at'), ('tasks', 'task', 'started_at', 'done_at')
] %}
with all_findings as (
    {%- for entity, key, earlier, later in spans %}
    select
        '{{ later }} on a day before {{ earlier }}' as finding,
        concat('{{ key }}s, such as {{ key }} ', min({{ key }}_id) over ()) as subject
    from {{ ref(entity) }}
    where {{ local_date(later) }} < {{ local_date(earlier) }}
    union all
    {%- endfor %}
    select 'refund on a day before its sale', concat('refunds, such as refund ', min(refunds.refund_id) over ())
    from {{ ref('fct_refunds') }} as refunds
    inner join {{ ref('fct_sales') }} as sales on refunds.sale_id = sales.sale_id
    where refunds.refunded_on < sales.sold_on
    union all
    select 'contract called off before it began', concat('contracts, such as contract ', min(contract_id) over ())
    from {{ ref('contracts') }}
    where cancelled_on < starts_on
    union all
    select 'closing day that nobody tells', concat(status, ' deals, such as deal ', min(deal_id) over (partition by status))
    from {{ ref('int_deal_states') }}
    where status in ('won', 'lost') and not is_closing_told
    union all
    select 'contracts that overlap', concat('contracts ', earlier.contract_id, ' and ', later.contract_id)
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
    select 'year outside its contract', concat('contract ', schedule.contract_id, ', year ', cast(schedule.year_no as {{ dbt.type_string() }}))
    from {{ ref('contract_schedule') }} as schedule
    inner join {{ ref('contracts') }} as contracts on schedule.contract_id = contracts.contract_id
    where {{ anniversary('contracts.starts_on', '12 * (cast(schedule.year_no as integer) - 1)') }} > contracts.ends_on
    {%- for column in ['opens_at', 'closes_at'] %}
    union all
    select 'no time of day', concat('working_calendar.{{ column }} = ', {{ column }})
    from {{ ref('working_calendar') }}
    where {{ column }} is not null and {{ seconds_of_day(column) }} is null
    {%- endfor %}
)

select
    finding,
    subject,
    count(*) as rows_affected
from all_findings
group by finding, subject
