-- Grain: finding, subject.
-- One accepted value that is kept as it is but means nothing to the warehouse, as a finding: a word outside its list, a number of a list
-- without a label, a reason of a loss in no group; and a value that was left out: an id or phone that a table program has rounded, what could
-- not be read in a lenient column.
with unknown_words as (
    {%- for entity, columns in contract()['words'].items() %}
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

{% if source_is_on('bitrix24') -%}
unlabelled as (
    {%- for model, field in [
        ('deals', 'lost_reason'), ('deals', 'source'), ('leads', 'region'), ('leads', 'source'), ('leads', 'reject_reason'),
        ('customers', 'region'), ('customers', 'segment')
    ] + bitrix24_own_lists() %}
    select
        'number of a list that no label is known of' as finding,
        concat('{{ model }}.{{ field }} of bitrix24 = ', unlabelled_{{ field }}) as subject
    from {{ ref('stg_bitrix24__' ~ model) }}
    where unlabelled_{{ field }} is not null and row_status = 'accepted'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{% endif -%}
ungrouped as (
    select concat('deals.lost_reason = ', lost_reason) as subject from {{ ref('fct_deals') }} where loss_group = '{{ var("other_member") }}'
    union all
    select concat('leads.reject_reason = ', reject_reason) from {{ ref('fct_leads') }} where loss_group = '{{ var("other_member") }}'
),

left_out as (
    {%- for source_name, table_name, model in validated_models() %}
    select 'value that was left out' as finding, concat('{{ source_name }}/{{ table_name }}: ', row_remark) as subject
    from {{ ref(model) }}
    where row_remark is not null and row_status = 'accepted'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

all_findings as (
    select finding, subject from unknown_words
    {%- if source_is_on('bitrix24') %}
    union all
    select finding, subject from unlabelled
    {%- endif %}
    union all
    select 'reason of a loss that is in no group', subject from ungrouped
    union all
    select finding, subject from left_out
)

select
    finding,
    subject,
    count(*) as rows_affected
from all_findings
group by finding, subject
