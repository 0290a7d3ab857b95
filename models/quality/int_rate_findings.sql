-- Grain: finding, subject.
-- One currency whose rates do not tell what an amount was worth on its day, or one rate that cannot be, as a finding.
with all_findings as (
    select 'currency with no rate' as finding, concat('sale in ', currency) as subject
    from {{ ref('fct_sales') }}
    where amount is not null and amount_base is null
    union all
    select 'currency with no rate', concat('open deal in ', currency)
    from {{ ref('fct_deals') }}
    where status = 'open' and amount is not null and amount_base is null
    union all
    select 'currency with no rate', concat('refund in ', currency) from {{ ref('fct_refunds') }} where amount_base is null
    union all
    select 'currency with no rate', concat('ad spend in ', currency) from {{ ref('fct_ad_spend') }} where cost_base is null
    {%- for entity, subject, day in [
        ('contracts', 'contract', 'starts_on'), ('expenses', 'expense', 'month'), ('competitor_prices', 'competitor price', 'observed_on'),
        ('forecasts', 'forecast', 'as_of'), ('targets', 'target', 'period_start')
    ] %}
    union all
    select 'currency with no rate', concat('{{ subject }} in ', upper({{ entity }}.currency))
    from {{ ref(entity) }} as {{ entity }}
    {{ join_rate('rates', entity ~ '.currency', entity ~ '.' ~ day) }}
    where rates.rate_to_base is null and {{ entity }}.{{ day }} is not null
    {%- endfor %}
    {%- for model, subject, day in [
        ('fct_sales', 'sale', 'sold_on'), ('fct_refunds', 'refund', 'refunded_on'), ('fct_ad_spend', 'ad spend', 'event_date')
    ] %}
    union all
    select 'amount before the first known rate, at that rate', concat('{{ subject }} in ', facts.currency)
    from {{ ref(model) }} as facts
    inner join {{ ref('int_exchange_rates') }} as rates
        on facts.currency = rates.currency and facts.{{ day }} >= rates.valid_from and facts.{{ day }} < rates.known_from
    {%- endfor %}
    {%- for entity, columns in contract()['money'].items() %}
    union all
    select 'amount that names no currency, read as {{ var("base_currency") }}', concat('{{ entity }} of ', source_system)
    from {{ ref(entity) }}
    where currency is null and ({{ columns | join(' <> 0 or ') }} <> 0)
    {%- endfor %}
    union all
    select 'rate that is not positive', concat(upper(currency), ' on ', cast(date as {{ dbt.type_string() }}))
    from {{ ref('exchange_rates') }}
    where rate_to_base <= 0
    {%- if source_is_on('bitrix24') %}
    union all
    select
        'rates to another base currency that cannot be carried over',
        concat('the portal has the base currency ', portal.currency, ' and no rate of base_currency {{ var("base_currency") }}')
    from {{ ref('base_bitrix24__crm_currency') }} as portal
    left join {{ ref('stg_bitrix24__exchange_rates') }} as rates on {{ iso_currency('portal.currency') }} = rates.currency
    where
        portal.row_status = 'accepted' and portal.is_base
        and {{ iso_currency('portal.currency') }} <> '{{ var("base_currency") }}' and rates.currency is null
    {%- endif %}
)

select
    finding,
    subject,
    count(*) as rows_affected
from all_findings
group by finding, subject
